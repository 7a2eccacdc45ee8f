//! SIGHUP of a server that has a configuration file.

use std::fs;

use app::protocol::CloseCode;
use tempfile::TempDir;
use tokio::task::yield_now;

#[cfg(feature = "tls")]
use crate::support::tls::fixture;
use crate::support::{
    Browser,
    logged::Logged,
    program::{Started, chorus, is_ready, signal, text, wait_for_exit},
    soon,
};

/// A server, and its file.
struct Configured {
    folder: TempDir,
    server: Logged,
}

impl Configured {
    fn start(file: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("chorus.toml");
        fs::write(&path, file).unwrap();
        let server = Logged::start(&format!("--config {}", path.display()));
        Self { folder, server }
    }

    /// Changes the file, and waits until the server has read it.
    async fn reload(&self, file: &str, logged: &str) {
        let count = || self.server.log_so_far().matches(logged).count();
        let before = count();
        fs::write(self.folder.path().join("chorus.toml"), file).unwrap();
        self.server.signal("HUP");
        until(logged, async || count() > before).await;
    }

    async fn status_with(&self, secret: &str) -> u16 {
        let bearer = format!("Bearer {secret}");
        let headers = [("authorization", &*bearer)];
        self.server.browser.gets_with("/api/v1/topics", &headers).await.status
    }
}

/// Waits for a condition.
async fn until(name: &str, condition: impl AsyncFn() -> bool) {
    soon(name, async {
        while !condition().await {
            yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_secret_holds_at_once_and_other_changes_are_said_to_need_a_restart() {
    let configured = Configured::start("access-secret = \"open-sesame\"\n");
    assert_eq!(configured.status_with("open-sesame").await, 200);
    let file = "access-secret = \"close-sesame\"\nmax-topics = 5\nlisten = \"127.0.0.1:1\"\n";
    configured.reload(file, "settings.need_a_restart").await;
    assert_eq!(configured.status_with("open-sesame").await, 401);
    assert_eq!(configured.status_with("close-sesame").await, 200);
    // The applied setting is in use, and the other one still needs a restart.
    configured.reload(file, "settings.need_a_restart").await;
    let log = configured.server.log();
    assert!(log.contains("settings.reloaded applied=\"access-secret\""), "{log}");
    assert!(log.contains("settings.reloaded applied=\"\""), "{log}");
    assert_eq!(log.matches("settings.need_a_restart settings=\"max-topics\"").count(), 2, "{log}");
    assert!(!log.contains("sesame"), "{log}");
}

#[tokio::test]
async fn a_new_secret_ends_the_connections_that_the_former_one_let_in() {
    let configured = Configured::start("");
    let mut ann = configured.server.browser.connects(Some("Ann")).await;
    ann.subscribes("lobby").await;
    ann.publishes("Hello").await;
    configured.reload("access-secret = \"open-sesame\"\n", "settings.reloaded").await;
    ann.is_closed(CloseCode::AuthRefresh).await;
    assert_eq!(configured.server.browser.gets("/api/v1/topics").await.status, 401);
    let robots = configured.server.browser.gets("/robots.txt").await.text;
    assert!(robots.contains("Disallow: /\n"), "{robots}");
}

#[tokio::test]
async fn a_file_without_the_secret_does_not_open_the_chat() {
    let configured = Configured::start("access-secret = \"open-sesame\"\n");
    configured.reload("", "settings.need_a_restart").await;
    assert_eq!(configured.server.browser.gets("/api/v1/topics").await.status, 401);
    assert_eq!(configured.status_with("open-sesame").await, 200);
    let log = configured.server.log();
    assert!(log.contains("settings.need_a_restart settings=\"access-secret\""), "{log}");
}

#[tokio::test]
async fn a_new_log_filter_and_new_rates_hold_at_once() {
    let configured = Configured::start("log = \"warn\"\npages-per-second = 0\n");
    assert!(!configured.server.log_so_far().contains("server.started"), "warnings only");
    let file = "log = \"info\"\npages-per-second = 1\npage-burst = 1\n";
    configured.reload(file, "settings.reloaded").await;
    let get = || configured.server.gets_from("203.0.113.1", "/api/v1/topics", &[]);
    until("429", async || get().await.status == 429).await;
    configured.reload("pages-per-second = 0\n", "settings.reloaded").await;
    assert_eq!(get().await.status, 200);
    configured.server.log();
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_certificate_needs_a_restart_where_there_was_none() {
    let configured = Configured::start("");
    let file = format!("tls-cert = {:?}\ntls-key = {:?}\n", fixture("first.pem"), fixture("first.key"));
    configured.reload(&file, "settings.need_a_restart").await;
    assert_eq!(configured.server.browser.gets("/t/lobby").await.status, 200);
    let log = configured.server.log();
    assert!(log.contains("settings=\"tls-cert tls-key\""), "{log}");
}

#[tokio::test]
async fn a_mistake_in_the_file_changes_nothing() {
    let configured = Configured::start("access-secret = \"open-sesame\"\n");
    for (file, says) in [
        ("access-secret = \"sesame\"\n", "at least 8 bytes"),
        ("acces-secret = \"close-sesame\"\n", "did you mean access-secret?"),
        ("access-secret = \"close-sesame\"\nbody-bytes = 60000\n", "frame-bytes must be at least"),
    ] {
        configured.reload(file, "settings.not_reloaded").await;
        assert!(configured.server.log_so_far().contains(says), "{says}");
        assert_eq!(configured.status_with("open-sesame").await, 200, "{file}");
    }
    let log = configured.server.log();
    assert!(!log.contains("sesame"), "{log}");
}

#[tokio::test]
async fn the_file_of_a_secret_is_read_again() {
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "open-sesame\n").unwrap();
    let mut command = chorus(&folder, "--listen 127.0.0.1:0 --pages-per-second 0");
    let Started { child, address, .. } = is_ready(command.env("CHORUS_ACCESS_SECRET_FILE", &secret));
    let browser = Browser::new(address);
    let allows = async |secret: &str| {
        let bearer = format!("Bearer {secret}");
        browser.gets_with("/api/v1/topics", &[("authorization", &*bearer)]).await.status == 200
    };
    assert!(allows("open-sesame").await);
    fs::write(&secret, "close-sesame\n").unwrap();
    signal(child.id(), "HUP");
    // The former secret is tried, which is right until the file was read: wrong ones are limited.
    until("the new secret", async || !allows("open-sesame").await).await;
    assert!(allows("close-sesame").await);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}
