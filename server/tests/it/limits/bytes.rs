//! Limits on bytes: those of an address, and the free space of the disk.

use app::protocol::{DraftId, ErrorCode, ServerFrame};

use crate::support::{start, start_in};

#[tokio::test]
async fn bytes_per_address_are_limited_in_frames_and_requests() {
    let server = start("--address-bytes-per-second 1 --address-byte-burst 2000").await;
    let greedy = ("x-forwarded-for", "203.0.113.1");
    let session = server.browser();
    assert_eq!(session.calls("POST", "/api/v1/session", &[greedy], "").await.status, 200);
    let mut socket = server.handshake().with(greedy.0, greedy.1).connects().await;
    socket.next_text().await;
    socket.sends_text(&"x".repeat(1_500)).await;
    assert!(socket.next_text().await.ends_with("xxx"));
    socket.sends_text(&"y".repeat(1_500)).await;
    assert!(socket.next_text().await.starts_with(" [ Not sent: "));
    let key = ("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d");
    let body = format!(r#"{{"body":"{}"}}"#, "z".repeat(1_500));
    let path = "/api/v1/topics/lobby/messages";
    let refused = session.calls("POST", path, &[greedy, key], &body).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate")));
    let other = ("x-forwarded-for", "203.0.113.2");
    assert_eq!(session.calls("POST", path, &[other, key], &body).await.status, 201);
}

#[tokio::test]
async fn with_little_disk_space_writes_are_refused_and_reads_work() {
    let place = testing::sqlite();
    let ended = {
        let server = start_in(place, "").await;
        server.joins("Ann", "lobby").await.publishes("before").await;
        server.stops().await
    };
    let server = ended.restarts_with("--min-free-disk 18446744073709551615").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let reference = ann.sends_publish("lobby", DraftId::fresh(), "too much").await;
    match ann.next().await {
        ServerFrame::Error { reference: refused, code: ErrorCode::Unavailable, message, retry_ms } => {
            assert_eq!((refused, retry_ms), (Some(reference), Some(1_000)));
            assert!(message.contains("disk"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    let script = server.browser();
    assert_eq!(script.calls("POST", "/api/v1/session", &[], "").await.status, 200);
    let key = [("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d")];
    let path = "/api/v1/topics/lobby/messages";
    let refused = script.calls("POST", path, &key, r#"{"body":"too much"}"#).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (507, Some("unavailable")));
    let page = script.gets(path).await;
    assert_eq!((page.status, &page.json()["head"]), (200, &serde_json::json!(1)));
    let ready = script.gets("/readyz").await;
    assert!(ready.status == 503 && ready.text.contains("disk"), "{} {}", ready.status, ready.text);
    assert_eq!(script.gets("/healthz").await.status, 200);
}
