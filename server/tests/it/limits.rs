//! Every configurable limit and the error beyond it.

use app::protocol::{ClientFrame, CloseCode, DraftId, ErrorCode, SUBPROTOCOL, ServerFrame};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{Member, encode, soon, start, start_in};

fn subscribe(n: u64) -> Message {
    let topic = format!("topic-{n}").parse().unwrap();
    let frame = ClientFrame::Subscribe { reference: n, topic, since: None, tail: 30, echo: true };
    Message::text(encode(&frame))
}

#[tokio::test]
async fn subscriptions_per_connection_are_limited_to_64() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "topic-1").await;
    let mut bob = server.connects("Bob").await;
    for chunk in 0..20 {
        let numbers = chunk * 500 + 1..=(chunk + 1) * 500;
        bob.socket.sends_all(numbers.clone().map(subscribe)).await;
        for n in numbers {
            if n > 64 {
                bob.receives_error(Some(n), ErrorCode::TooManySubscriptions).await;
                continue;
            }
            assert!(matches!(bob.next().await, ServerFrame::Subscribed { reference, .. } if reference == n));
            assert!(matches!(bob.next().await, ServerFrame::Presence { .. }));
        }
    }
    ann.publishes("one of the first").await;
    bob.receives("one of the first").await;
}

#[tokio::test]
async fn at_the_limit_one_may_resubscribe_and_replace_subscriptions() {
    let server = start("--max-subscriptions 1").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.subscribes("tea").await;
    ann.socket.sends(subscribe(9)).await;
    ann.receives_error(Some(9), ErrorCode::TooManySubscriptions).await;
    ann.sends(&ClientFrame::Unsubscribe { reference: 8, topic: "tea".parse().unwrap() }).await;
    ann.next().await;
    ann.subscribes("coffee").await;
}

#[tokio::test]
async fn a_topic_beyond_the_limit_can_be_subscribed_but_not_created() {
    let server = start("--max-topics 2").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("green").await;
    ann.subscribes("coffee").await;
    ann.publishes("black").await;

    ann.subscribes("water").await;
    let reference = ann.sends_publish("water", DraftId::fresh(), "still").await;
    ann.receives_error(Some(reference), ErrorCode::TooManyTopics).await;
    let mut visitor = server.connects_plain("?topic=water").await;
    visitor.receives_joined().await;
    visitor.sends("sparkling").await;
    visitor.receives_error().await;
    assert_eq!(ann.subscribes("tea").await.head, 1);
    assert_eq!(ann.publishes("oolong").await.seq, 2);
}

#[tokio::test]
async fn new_topics_per_address_are_limited_on_every_endpoint_except_the_default_topic() {
    let server = start("--topics-per-hour 2").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("green").await;
    let mut visitor = server.connects_plain("?topic=coffee").await;
    visitor.receives_joined().await;
    visitor.publishes("Bob", "black").await;
    visitor.receives("Bob", "black").await;

    let reference = ann.sends_publish("water", DraftId::fresh(), "still").await;
    let retry_ms =
        match ann.next().await {
            ServerFrame::Error {
                reference: Some(refused), code: ErrorCode::TooManyTopics, retry_ms, ..
            } if refused == reference => retry_ms,
            other => panic!("{other:?}"),
        };
    assert!(retry_ms.is_some_and(|ms| (1..=1_800_000).contains(&ms)), "{retry_ms:?}");
    let mut visitor = server.connects_plain("?topic=water").await;
    visitor.receives_joined().await;
    visitor.sends("sparkling").await;
    visitor.receives_error().await;
    let script = server.browser();
    assert_eq!(script.calls("POST", "/api/v1/session", &[], "").await.status, 200);
    let key = [("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d")];
    let refused = script.calls("PUT", "/api/v1/topics/water", &key, "").await;
    assert_eq!(refused.header("retry-after").parse::<u64>().map(|seconds| seconds <= 1_800), Ok(true));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_many_topics")));
    ann.subscribes("lobby").await;
    ann.publishes("the default topic").await;
}

#[tokio::test]
async fn connections_and_streams_per_address_are_limited() {
    let server = start("--max-address-sockets 2").await;
    let greedy = ("x-forwarded-for", "203.0.113.1");
    let handshake = || server.handshake().with(greedy.0, greedy.1);
    let stream = server.browser().streams_events("/api/v1/topics/lobby/events", &[greedy]).await;
    let socket = handshake().connects().await;
    assert_eq!(handshake().rejection_status().await, 429);
    let refused = server.browser().gets_with("/api/v1/topics/lobby/events", &[greedy]).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate")));
    server.handshake().with("x-forwarded-for", "203.0.113.2").connects().await.leaves().await;

    socket.leaves().await;
    let comes_in = async { while handshake().connects_or_status().await.is_err() {} };
    soon("a seat", comes_in).await;
    drop(stream);
}

#[tokio::test]
async fn messages_per_address_are_limited_on_every_endpoint() {
    let server = start("--address-messages-per-second 1 --address-message-burst 3").await;
    let greedy = ("x-forwarded-for", "203.0.113.1");
    let handshake = || server.handshake().with(greedy.0, greedy.1);
    let socket = handshake().with("sec-websocket-protocol", SUBPROTOCOL).connects().await;
    let mut ann = Member::hello(socket, "Ann").await;
    ann.subscribes("lobby").await;
    let bodies = ["1", "2", "3", "4"].map(|body| (DraftId::fresh(), body));
    let frames =
        bodies.iter().zip(50..).map(|((draft, body), n)| ann.publish_frame(n, "lobby", *draft, body));
    let frames: Vec<_> = frames.map(|frame| Message::text(encode(&frame))).collect();
    ann.socket.sends_all(frames).await;
    let mut refusals = 0;
    for _ in 0..7 {
        match ann.next().await {
            ServerFrame::Error { code: ErrorCode::Rate, retry_ms: Some(1..=1_000), .. } => refusals += 1,
            ServerFrame::Ack { seq: 1..=3, .. } | ServerFrame::Event(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refusals, 1);
    let mut visitor = server.connects_plain("").await;
    for _ in 0..3 {
        visitor.socket.next_text().await;
    }
    visitor.receives_joined().await;
    visitor.publishes("Bob", "from elsewhere").await;
    visitor.receives("Bob", "from elsewhere").await;
}

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
async fn reads_of_the_api_count_towards_the_page_limit() {
    let server = start("--pages-per-second 1 --page-burst 2").await;
    let reads =
        async |address| server.browser().gets_with("/api/v1/topics", &[("x-forwarded-for", address)]).await;
    assert_eq!([reads("203.0.113.1").await.status, reads("203.0.113.1").await.status], [200, 200]);
    let refused = reads("203.0.113.1").await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate")));
    assert_eq!(refused.header("retry-after"), "1");
    let handshake = server.handshake().with("x-forwarded-for", "203.0.113.1");
    assert_eq!(handshake.rejection_status().await, 429);
    assert_eq!(reads("203.0.113.2").await.status, 200);
}

#[tokio::test]
async fn wrong_secrets_per_address_are_limited() {
    let server = start("--access-secret open-sesame --wrong-secrets-per-minute 2").await;
    let asks = async |address, secret: &str| {
        let bearer = format!("Bearer {secret}");
        let headers = [("x-forwarded-for", address), ("authorization", &*bearer)];
        server.browser().gets_with("/api/v1/topics", &headers).await
    };
    assert_eq!(asks("203.0.113.1", "open-sesame").await.status, 200);
    assert_eq!(asks("203.0.113.1", "open-sesam1").await.status, 401);
    let handshake = server.handshake().with("x-forwarded-for", "203.0.113.1");
    assert_eq!(handshake.with("authorization", "Bearer open-sesam2").rejection_status().await, 401);
    let refused = asks("203.0.113.1", "open-sesame").await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (429, Some("rate")),
        "a guess like any other"
    );
    let handshake = server.handshake().with("x-forwarded-for", "203.0.113.1");
    assert_eq!(handshake.with("authorization", "Bearer open-sesame").rejection_status().await, 429);
    let form = [("secret", "open-sesame")];
    let headers = [("x-forwarded-for", "203.0.113.1")];
    assert_eq!(server.browser().posts_with("/access", &form, &headers).await.status, 429);
    assert_eq!(asks("203.0.113.2", "open-sesame").await.status, 200);
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

fn pong(n: u64) -> Message {
    Message::text(encode(&ClientFrame::Pong { n }))
}

#[tokio::test]
async fn a_client_that_sends_too_fast_is_told_when_to_retry() {
    let server = start("--frames-per-second 1 --frame-burst 4 --rate-strikes 4000000000").await;
    let mut ann = server.connects("Ann").await;
    let publish = ann.publish_frame(5, "lobby", DraftId::fresh(), "too soon");
    let publish = Message::text(encode(&publish));
    ann.socket.sends_all([pong(1), pong(2), pong(3), publish.clone()]).await;
    let refusal = ann.next().await;
    let ServerFrame::Error { reference: Some(5), code: ErrorCode::Rate, retry_ms: Some(retry_ms), .. } =
        refusal
    else {
        panic!("{refusal:?} does not say when to try again")
    };
    assert!((1..=1_000).contains(&retry_ms), "{retry_ms}");

    // The same frame is accepted after the delay.
    let stored = async {
        loop {
            ann.socket.sends(publish.clone()).await;
            match ann.next().await {
                ServerFrame::Ack { duplicate, .. } => return duplicate,
                ServerFrame::Error { code: ErrorCode::Rate, .. } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    assert!(!soon("a place", stored).await, "what was refused was not stored");
}

#[tokio::test]
async fn a_client_that_ignores_the_rate_limit_is_closed_alone() {
    let server = start("--frames-per-second 1 --frame-burst 4 --rate-strikes 3").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.connects("Bob").await;
    bob.socket.sends_all((0..10).map(pong)).await;
    bob.receives_error(None, ErrorCode::Rate).await;
    bob.receives_error(None, ErrorCode::Rate).await;
    bob.is_closed(CloseCode::Rate).await;
    ann.publishes("slowly").await;
}

/// A client sends a message of endless empty fragments.
#[tokio::test]
async fn fragments_of_an_endless_message_count_towards_the_rate_limit() {
    let server = start("--frames-per-second 1 --frame-burst 4 --rate-strikes 3").await;
    let part = |opcode, bytes: &'static [u8]| Message::Frame(Frame::message(bytes, opcode, false));
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.connects("Bob").await;
    let begins = part(OpCode::Data(Data::Text), b"{");
    let goes_on = std::iter::repeat_with(|| part(OpCode::Data(Data::Continue), b"")).take(10);
    bob.socket.sends_all(std::iter::once(begins).chain(goes_on)).await;
    bob.is_closed(CloseCode::Rate).await;
    ann.publishes("undisturbed").await;
}

#[tokio::test]
async fn a_plain_client_that_sends_too_fast_is_warned_and_then_closed() {
    let server = start("--frames-per-second 1 --frame-burst 1 --rate-strikes 3").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    visitor.socket.sends_all((0..4).map(|n| Message::text(format!("message {n}")))).await;
    let mut refused = 0;
    loop {
        match visitor.socket.next().await {
            Message::Text(text) if text.as_str().starts_with(" [ Not sent: ") => refused += 1,
            Message::Text(text) => assert!(text.as_str().ends_with("\nmessage 0"), "{text}"),
            Message::Close(Some(frame)) => {
                assert_eq!((u16::from(frame.code), refused), (CloseCode::Rate.number(), 2));
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn pages_and_sessions_per_address_are_limited() {
    let server = start("--pages-per-second 1 --page-burst 3").await;
    let asks = async |path: &str, method: &str, from: &str| {
        let headers = [("x-forwarded-for", from), ("accept-language", "de")];
        server.browser().calls(method, path, &headers, "").await
    };
    let greedy = "203.0.113.1";
    for (path, method) in [("/", "GET"), ("/t/lobby", "GET"), ("/sitemap.xml", "GET")] {
        assert_eq!(asks(path, method, greedy).await.status, 200, "{path}");
    }
    for (path, method) in [
        ("/", "GET"),
        ("/t/lobby", "POST"),
        ("/topics", "POST"),
        ("/t/tea/feed.atom", "GET"),
        ("/nothing", "GET"),
    ] {
        let refused = asks(path, method, greedy).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{method} {path}");
        assert!(refused.text.contains("Warte kurz"), "{method} {path}");
        assert_eq!(refused.header("set-cookie"), "", "no session begins");
    }
    let session = asks("/api/v1/session", "POST", greedy).await;
    assert_eq!((session.status, session.json()["code"].as_str()), (429, Some("rate")));
    assert_eq!(asks("/healthz", "GET", greedy).await.status, 200);
    assert_eq!(asks("/", "GET", "203.0.113.2").await.status, 200);
}
