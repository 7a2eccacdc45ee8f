//! The WebSocket handshake: origins, subprotocols, limits.

use crate::support::{TestServer, soon, start, start_one};

async fn status_for_origin(server: &TestServer, origin: &str) -> u16 {
    server.handshake().with("origin", origin).connects_or_status().await.map_or_else(|status| status, |_| 101)
}

#[tokio::test]
async fn foreign_pages_may_not_connect() {
    let server = start("").await;
    let port = server.address.port();
    for origin in
        ["https://evil.example", "null", &format!("http://127.0.0.1:{port}.evil.example"), "http://127.0.0.1"]
    {
        assert_eq!(status_for_origin(&server, origin).await, 403, "{origin}");
    }
}

#[tokio::test]
async fn own_pages_allowed_pages_and_scripts_may_connect() {
    let server = start("--allow-origin https://friend.example,https://other.example:8443").await;
    for origin in
        [&format!("http://{}", server.address), "https://friend.example", "https://other.example:8443"]
    {
        assert_eq!(status_for_origin(&server, origin).await, 101, "{origin}");
    }
    assert_eq!(status_for_origin(&server, "https://evil.example").await, 403);
    server.handshake().connects().await;
}

#[tokio::test]
async fn an_unknown_subprotocol_is_rejected() {
    let server = start("").await;
    for asked in ["chorus.v9", "graphql-ws, mqtt", "CHORUS.V1"] {
        assert_eq!(
            server.handshake().with("sec-websocket-protocol", asked).rejection_status().await,
            400,
            "{asked}"
        );
    }
}

#[tokio::test]
async fn the_known_one_of_several_subprotocols_is_chosen() {
    let server = start("").await;
    let mut socket =
        server.handshake().with("sec-websocket-protocol", "chorus.v9, chorus.v1").connects().await;
    socket.sends_text(r#"{"type":"hello","version":1}"#).await;
    assert!(socket.next_text().await.contains("welcome"));
}

#[tokio::test]
async fn a_full_server_accepts_again_when_a_connection_closes() {
    let server = start_one("--max-connections 1").await;
    let ann = server.connects("Ann").await;
    let handshake = || server.handshake().with_v1();
    assert_eq!(handshake().rejection_status().await, 503);
    ann.leaves().await;
    let entering = async {
        loop {
            match handshake().connects_or_status().await {
                Ok(socket) => return socket,
                Err(status) => assert_eq!(status, 503),
            }
        }
    };
    soon("a place", entering).await;
}

#[tokio::test]
async fn a_request_without_upgrade_is_rejected() {
    let server = start("").await;
    let answer = server.browser().gets("/chat").await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
}
