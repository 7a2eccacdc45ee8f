//! Attempts at the access secret in the log.

use tempfile::TempDir;

use crate::support::{
    Browser, HandshakeClient,
    program::{Started, signal, starts, text, wait_for_exit},
};

#[tokio::test]
async fn a_wrong_secret_is_logged_with_its_address_and_without_any_secret() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } =
        starts(&directory, "--listen 127.0.0.1:0 --access-secret open-sesame");
    let browser = Browser::new(address);
    let asks = async |secret: &str| {
        let bearer = format!("Bearer {secret}");
        let headers = [("x-forwarded-for", "203.0.113.1"), ("authorization", &*bearer)];
        browser.gets_with("/api/v1/topics", &headers).await.status
    };
    assert_eq!(asks("open-sesame").await, 200);
    assert_eq!(asks("close-sesame").await, 401);
    let form = [("secret", "close-sesame")];
    let form = browser.posts_with("/access", &form, &[("x-forwarded-for", "203.0.113.2")]).await;
    assert_eq!(form.status, 401);
    let handshake = HandshakeClient::new(address, "/chat").with("x-forwarded-for", "203.0.113.3");
    assert_eq!(handshake.with("authorization", "Bearer close-sesame").rejection_status().await, 401);

    signal(child.id(), "TERM");
    let log = text(&wait_for_exit(child).stderr);
    assert_eq!(log.matches("request.refused code=wrong_secret").count(), 3, "{log}");
    for from in ["203.0.113.1", "203.0.113.2", "203.0.113.3"] {
        assert!(log.contains(&format!("request.refused code=wrong_secret address={from} ")), "{log}");
    }
    assert!(!log.contains("sesame"), "{log}");
}
