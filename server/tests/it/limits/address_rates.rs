//! Rate limits per client address.

use app::protocol::{DraftId, ErrorCode, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Member, encode, start_one};

#[tokio::test]
async fn messages_per_address_are_limited_on_every_endpoint() {
    let server = start_one("--address-messages-per-second 1 --address-message-burst 3").await;
    let greedy = ("x-forwarded-for", "203.0.113.1");
    let handshake = || server.handshake().with(greedy.0, greedy.1);
    let socket = handshake().with_v1().connects().await;
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
async fn reads_of_the_api_count_towards_the_page_limit() {
    let server = start_one("--pages-per-second 1 --page-burst 2").await;
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
async fn an_event_stream_counts_as_four_pages() {
    let server = start_one("--pages-per-second 1 --page-burst 9").await;
    let greedy = ("x-forwarded-for", "203.0.113.1");
    let path = "/api/v1/topics/lobby/events";
    let browser = server.browser();
    let asks = async || browser.requests_stream(path, &[greedy]).await;
    // At once, so that a slow machine does not admit the third one later.
    let (first, second, third) = tokio::join!(asks(), asks(), asks());
    let mut statuses = [&first, &second, &third].map(|response| response.status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 429]);
    let _other = browser.streams_events(path, &[("x-forwarded-for", "203.0.113.2")]).await;
}

#[tokio::test]
async fn pages_and_sessions_per_address_are_limited() {
    let server = start_one("--pages-per-second 1 --page-burst 3").await;
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

#[tokio::test]
async fn wrong_secrets_per_address_are_limited() {
    let server = start_one("--access-secret open-sesame --wrong-secrets-per-minute 2").await;
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
