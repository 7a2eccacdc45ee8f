//! Accepted and rejected `Host` headers.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{TestServer, soon, start};

const PATHS: [&str; 5] = ["/t/lobby", "/api/v1/topics", "/chat", "/healthz", "/favicon.svg"];

async fn statuses(server: &TestServer, host: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for path in PATHS {
        statuses.push(server.browser().gets_with(path, &[("host", host)]).await.status);
    }
    statuses
}

#[tokio::test]
async fn on_loopback_another_host_name_is_misdirected_on_every_endpoint() {
    let server = start("--allow-origin https://friend.example:8443").await;
    for host in ["localhost", "localhost:3000", "127.0.0.1", "[::1]:3000", "10.1.2.3", "friend.example"] {
        assert_eq!(statuses(&server, host).await, [200, 200, 426, 200, 200], "{host}");
    }
    assert_eq!(statuses(&server, "rebound.example:3000").await, [421; 5]);
    let refused = server.browser().gets_with("/", &[("host", "rebound.example")]).await;
    assert!(refused.text.contains("--public-url"), "{}", refused.text);
    assert_eq!(server.handshake().with("host", "rebound.example").rejection_status().await, 421);
    assert_eq!(refused.header("set-cookie"), "", "no session begins");
}

#[tokio::test]
async fn a_host_is_refused_in_the_form_and_language_that_the_client_asks_for() {
    let server = start("").await;
    let host = ("host", "rebound.example");
    let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    for (language, says) in
        [("de", "Dieser Chat ist unter"), ("ar", "dir=\"rtl\""), ("en", "This chat isn’t")]
    {
        let headers = [host, browser, ("accept-language", language)];
        let page = server.browser().gets_with("/t/lobby", &headers).await;
        assert_eq!(page.status, 421);
        assert!(
            page.text.contains(&format!("lang=\"{language}\"")) && page.text.contains(says),
            "{}",
            page.text
        );
        assert!(page.text.contains("--public-url"), "{}", page.text);
    }
    let api = server.browser().gets_with("/api/v1/topics", &[host, browser, ("accept-language", "de")]).await;
    assert_eq!((api.status, api.json()["code"].as_str()), (421, Some("misdirected")));
    let script = server.browser().gets_with("/t/lobby", &[host, ("accept", "*/*")]).await;
    assert!(script.header("content-type").starts_with("text/plain"), "{:?}", script.headers);
}

#[tokio::test]
async fn with_a_public_url_only_its_host_name_is_accepted() {
    let server = start("--listen 0.0.0.0:0 --public-url https://chat.example").await;
    for host in ["chat.example", "CHAT.EXAMPLE:443", "127.0.0.1:3000", "localhost"] {
        assert_eq!(statuses(&server, host).await[0], 200, "{host}");
    }
    assert_eq!(statuses(&server, "evil.example").await, [421; 5]);
}

#[tokio::test]
async fn without_a_public_url_an_exposed_server_accepts_any_host_name() {
    let server = start("--listen 0.0.0.0:0").await;
    assert_eq!(statuses(&server, "chat.example").await[0], 200);
}

#[tokio::test]
async fn a_missing_or_repeated_host_header_is_a_bad_request() {
    let server = start("").await;
    for (version, hosts, status) in [
        ("1.1", "", "400"),
        ("1.1", "host: localhost\r\nhost: localhost\r\n", "400"),
        ("1.1", "host: localhost\r\nhost: evil.example\r\n", "400"),
        ("1.1", "host: localhost\r\n", "200"),
        ("1.0", "", "200"),
        ("1.0", "host: evil.example\r\n", "421"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!("GET /healthz HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("an answer", stream.read_to_string(&mut answer)).await.unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}");
    }
}
