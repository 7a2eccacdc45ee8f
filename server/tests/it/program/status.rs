//! `chorus status` and `chorus health`, and what they say while the server drains.

use std::{net::SocketAddr, process::Output};

use tempfile::TempDir;

use crate::support::{
    Browser,
    logged::Logged,
    program::{runs, text},
    soon,
};

/// Runs a command that asks this server.
fn asks(command: &str, server: &Logged) -> Output {
    runs(&TempDir::new().unwrap(), &format!("{command} --listen {}", server.browser.address()))
}

#[tokio::test]
async fn status_prints_the_readiness_and_the_metrics_of_a_running_server() {
    let server = Logged::start("--metrics-listen 127.0.0.1:0");
    let mut ann = server.browser.connects(Some("Ann")).await;
    ann.subscribes("lobby").await;
    ann.publishes("Hello").await;
    let metrics = server.metrics_address().await;
    let output = asks(&format!("status --metrics-listen {metrics}"), &server);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(printed.starts_with("status: ready\nlast commit: 20"), "{printed}");
    assert!(printed.contains("last failure: none since the start\n"), "{printed}");
    assert!(printed.contains("chorus_events_published_total 1\n"), "{printed}");

    let health = asks("health", &server);
    assert_eq!((health.status.code(), text(&health.stdout).as_str()), (Some(0), ""));
    server.log();
}

#[tokio::test]
async fn a_server_that_drains_is_not_ready_and_still_answers() {
    let server = Logged::start("--drain-delay-seconds 3600");
    let mut ann = server.browser.connects(Some("Ann")).await;
    ann.subscribes("lobby").await;
    server.signal("TERM");
    let browser = Browser::new(server.browser.address());
    soon("503", async { while browser.gets("/readyz").await.status != 503 {} }).await;
    let ready = browser.gets("/readyz").await.json();
    assert_eq!(ready["status"], "unavailable");
    assert_eq!(ready["reasons"][0]["code"], "draining");
    assert_eq!(browser.gets("/healthz").await.status, 200);
    ann.publishes("still here").await;

    let status = asks("status", &server);
    assert_eq!(status.status.code(), Some(1));
    assert!(text(&status.stdout).contains("reason: draining: "), "{}", text(&status.stdout));
    let health = asks("health", &server);
    assert_eq!((health.status.code(), text(&health.stdout).as_str()), (Some(1), ""));
    assert!(text(&health.stderr).starts_with("chorus: the server is not ready: "));
    server.kill();
}

#[test]
fn without_a_server_both_fail_with_one_line() {
    let directory = TempDir::new().unwrap();
    // Bound, so that nobody else gets the port, and not listening.
    let bound = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    bound.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let free = bound.local_addr().unwrap().as_socket().unwrap();
    for command in ["status", "health"] {
        let output = runs(&directory, &format!("{command} --listen {free}"));
        assert_eq!(output.status.code(), Some(1));
        let error = text(&output.stderr);
        assert!(error.starts_with(&format!("chorus: no server answers at {free}: ")), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
