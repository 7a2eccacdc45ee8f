//! Clients behind reverse proxies: the addresses that limits count, and nginx and Caddy in front of one server, over real sockets.

use app::protocol::DraftId;
use testing::{Balancer, LoadBalancer};

use crate::support::{Browser, HandshakeClient, Member, TestServer, bodies_of, body_of, soon, start_one};

/// One socket an address. The test's own connections come from 127.0.0.1.
const ONE_SOCKET: &str = "--max-address-sockets 1";

async fn status(server: &TestServer, header: (&str, &str)) -> u16 {
    let handshake = server.handshake().with(header.0, header.1);
    handshake.connects_or_status().await.map_or_else(|status| status, |_| 101)
}

#[tokio::test]
async fn an_untrusted_peer_cannot_choose_its_address() {
    let server = start_one(&format!("--trusted-proxy 192.0.2.1 {ONE_SOCKET}")).await;
    let _open = server.handshake().connects().await;
    for header in ["x-forwarded-for", "forwarded"] {
        assert_eq!(status(&server, (header, "for=203.0.113.1")).await, 429);
        assert_eq!(status(&server, (header, "203.0.113.1")).await, 429);
    }
}

#[tokio::test]
async fn addresses_are_those_that_the_nearest_trusted_proxies_have_seen() {
    let server = start_one(&format!("--trusted-proxy 127.0.0.0/8,10.0.0.0/8 {ONE_SOCKET}")).await;
    let _open = server.handshake().with("x-forwarded-for", "203.0.113.1, 10.0.0.2").connects().await;
    for same in ["203.0.113.1", "6.6.6.6, 203.0.113.1:4711", "::ffff:203.0.113.1, 10.0.0.3"] {
        assert_eq!(status(&server, ("x-forwarded-for", same)).await, 429, "{same}");
    }
    for same in ["for=203.0.113.1", "for=6.6.6.6, for=\"203.0.113.1:80\";proto=https, for=10.0.0.2"] {
        assert_eq!(status(&server, ("forwarded", same)).await, 429, "{same}");
    }
    assert_eq!(status(&server, ("x-forwarded-for", "203.0.113.1, 203.0.113.2")).await, 101);
}

#[tokio::test]
async fn plain_nginx_passes_pages_forms_sockets_and_streams() {
    let server = start_one(&format!("--public-url https://chat.example {ONE_SOCKET}")).await;
    let address = server.address;
    let start = move || LoadBalancer::start(Balancer::NginxOne, [address, address]);
    let Some(proxy) = tokio::task::spawn_blocking(start).await.unwrap() else { return };
    let browser = Browser::new(proxy.address());
    let made_up = [("x-forwarded-host", "evil.example"), ("forwarded", "for=6.6.6.6;host=evil.example")];
    assert_eq!(browser.gets_with("/t/lobby", &made_up).await.status, 200, "removed, else 421");
    assert_eq!(browser.gets("/t/lobby").await.status, 200);
    let origin = format!("http://{}", proxy.address());
    for (origin, status) in
        [(origin.as_str(), 200), ("https://chat.example", 200), ("https://evil.example", 403)]
    {
        let answer = browser.calls("POST", "/api/v1/session", &[("origin", origin)], "").await;
        assert_eq!(answer.status, status, "{origin}: {}", answer.text);
    }
    let draft = [("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d")];
    let mut stream = browser.streams_events("/api/v1/topics/lobby/events", &[]).await;
    stream.next().await.expect("its position");
    let body = r#"{"body":"through nginx"}"#;
    // On loopback, this browser sends the Secure cookie by http, too.
    let answer = browser.calls("POST", "/api/v1/topics/lobby/messages", &draft, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(body_of(&stream.receives_event().await), "through nginx");
    drop(stream);

    let handshake = |origin: &str, client: &str| {
        let handshake = HandshakeClient::new(proxy.address(), "/chat").with("origin", origin);
        handshake.with("x-forwarded-for", client).connects_or_status()
    };
    assert_eq!(handshake("https://evil.example", "203.0.113.1").await.err(), Some(403));
    // The stream's place is free once the server has noticed its end.
    let admitted = async {
        loop {
            match handshake(&origin, "203.0.113.1").await {
                Ok(socket) => break socket,
                Err(status) => assert_eq!(status, 429),
            }
        }
    };
    let open = soon("a free place", admitted).await;
    assert_eq!(handshake(&origin, "203.0.113.2").await.err(), Some(429), "nginx reports who it is");
    drop(open);
}

#[tokio::test]
async fn nginx_passes_a_chat_below_a_path() {
    passes_a_chat_below_a_path(Balancer::NginxPath).await;
}

#[tokio::test]
async fn caddy_passes_a_chat_below_a_path() {
    passes_a_chat_below_a_path(Balancer::CaddyPath).await;
}

async fn passes_a_chat_below_a_path(balancer: Balancer) {
    let server = start_one("--public-url https://site.example/chat/").await;
    let address = server.address;
    let start = move || LoadBalancer::start(balancer, [address, address]);
    let Some(proxy) = tokio::task::spawn_blocking(start).await.unwrap() else { return };
    let browser = Browser::new(proxy.address());
    let page = browser.gets("/chat/t/lobby").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("action=\"/chat/t/lobby\""), "{}", page.text);
    assert_eq!(browser.gets("/t/lobby").await.status, 404, "the site has no such page");
    let without_slash = browser.gets("/chat").await;
    assert!(without_slash.header("location").ends_with("/chat/"), "{:?}", without_slash.headers);
    let draft = DraftId::fresh().to_string();
    let form = [("draft", &*draft), ("name", "Ann"), ("message", "through a proxy")];
    let posted = browser.posts("/chat/t/lobby", &form).await;
    assert_eq!((posted.status, posted.header("location")), (303, "/chat/t/lobby"));
    assert!(browser.gets("/chat/t/lobby").await.text.contains("through a proxy"));
    let handshake = HandshakeClient::new(proxy.address(), "/chat/chat").with_v1();
    let socket = handshake.with("origin", &format!("http://{}", proxy.address())).connects().await;
    let subscribed = Member::hello(socket, "Bob").await.subscribes("lobby").await;
    assert_eq!(bodies_of(&subscribed.events), ["through a proxy"]);
}
