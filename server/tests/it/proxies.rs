//! Clients behind reverse proxies: the addresses that limits count, over real sockets.

use crate::support::{TestServer, start_one};

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
async fn connections_of_a_trusted_proxy_are_not_limited_by_its_address() {
    let server = start_one("--max-address-connections 1").await;
    let _first = server.handshake().with("x-forwarded-for", "203.0.113.1").connects().await;
    let _second = server.handshake().with("x-forwarded-for", "203.0.113.2").connects().await;
}
