//! Limits on bytes: those of an address, and the free space of the disk.

use app::protocol::{CloseCode, DraftId, ErrorCode, ServerFrame};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{soon, start_in, start_one};

#[tokio::test]
async fn bytes_per_address_are_limited_in_frames_and_requests() {
    let server = start_one("--address-bytes-per-second 1 --address-byte-burst 2000").await;
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
async fn bytes_of_fragments_count_before_their_message_is_complete() {
    let server = start_one("--address-bytes-per-second 1 --address-byte-burst 2000 --rate-strikes 3").await;
    let mut bob = server.connects("Bob").await;
    let part = |opcode| Message::Frame(Frame::message(vec![b' '; 500], opcode, false));
    let goes_on = std::iter::repeat_with(|| part(OpCode::Data(Data::Continue))).take(10);
    bob.socket.sends_all(std::iter::once(part(OpCode::Data(Data::Text))).chain(goes_on)).await;
    bob.is_closed(CloseCode::Rate).await;
}

#[tokio::test]
async fn a_body_of_unknown_length_counts_with_the_largest_size_allowed() {
    let server = start_one("--address-bytes-per-second 1 --address-byte-burst 2000").await;
    for status in ["200", "429"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 203.0.113.1\r\n\
                       transfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("an answer", stream.read_to_string(&mut answer)).await.unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }
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
