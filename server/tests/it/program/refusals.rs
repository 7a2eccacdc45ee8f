//! Refused origins and hosts in the log.

use tempfile::TempDir;

use crate::support::{
    Browser, HandshakeClient,
    program::{Started, signal, starts, text, wait_for_exit},
};

#[tokio::test]
async fn a_refused_socket_form_or_host_says_why_and_from_where() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } =
        starts(&directory, "--listen 127.0.0.1:0 --public-url https://chat.example");
    let browser = Browser::new(address);
    let foreign = ("origin", "https://evil.example");
    let handshake = HandshakeClient::new(address, "/chat").with("x-forwarded-for", "203.0.113.1");
    assert_eq!(handshake.with(foreign.0, foreign.1).rejection_status().await, 403);
    let headers = [foreign, ("x-forwarded-for", "2001:db8::2")];
    assert_eq!(browser.posts_with("/t/lobby", &[("message", "x")], &headers).await.status, 403);
    let headers = [foreign, ("x-forwarded-for", "203.0.113.3"), ("x-forwarded-host", "chat.example:8443")];
    let api = browser.calls("POST", "/api/v1/session", &headers, "").await;
    assert!(api.text.contains("https://evil.example") && api.text.contains("--public-url"), "{}", api.text);
    let headers = [("host", "other.example"), ("x-forwarded-for", "203.0.113.4")];
    assert_eq!(browser.gets_with("/t/lobby", &headers).await.status, 421);

    signal(child.id(), "TERM");
    let log = text(&wait_for_exit(child).stderr);
    let local = format!("origin https://evil.example at host {address}");
    for (code, client, reason) in [
        ("foreign_origin", "203.0.113.1", local.as_str()),
        ("foreign_origin", "2001:db8::/64", local.as_str()),
        ("foreign_origin", "203.0.113.3", "origin https://evil.example at host chat.example:8443"),
        ("unknown_host", "203.0.113.4", "host other.example"),
    ] {
        let event = format!("request.refused code={code} address={client} ");
        let line = log.lines().find(|line| line.contains(&event));
        let line = line.unwrap_or_else(|| panic!("{event}: {log}"));
        assert!(line.contains(&format!("reason=\"{reason}: allow it with --public-url")), "{line}");
    }
    assert_eq!(log.matches(".refused").count(), 4, "one line each: {log}");
}
