//! A server with a certificate of its own.

use std::fs;

use app::protocol::DraftId;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::{TcpSocket, TcpStream},
    task::yield_now,
};

use crate::support::{
    Browser, HandshakeClient, Member, TestServer, bodies_of,
    logged::Logged,
    program::runs,
    soon, start_one,
    tls::{connect, encrypt, fixture, forward, tls_settings},
};

/// The first bytes of a handshake, which says that more follow.
const HALF_HANDSHAKE: [u8; 6] = [22, 3, 1, 2, 0, 1];

/// Starts a server with the certificate `first`.
async fn start(settings: &str) -> TestServer {
    let tls = tls_settings(&fixture("first.pem"), &fixture("first.key"));
    start_one(&format!("{tls} {settings}")).await
}

async fn sends(server: &TestServer, bytes: &[u8]) -> TcpStream {
    let mut stream = soon("a connection", TcpStream::connect(server.address)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Reads until the connection ends.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // A reset counts as the end too.
    let _ = soon("the end", stream.read_to_end(&mut rest)).await;
    rest
}

#[tokio::test]
async fn pages_forms_and_sockets_are_encrypted_and_cookies_secure() {
    let server = start("").await;
    let forwarded = forward(server.address).await;
    let browser = Browser::new(forwarded);
    let page = browser.gets("/t/lobby").await;
    let cookie = page.header("set-cookie").to_owned();
    assert_eq!(page.status, 200);
    assert!(cookie.starts_with("__Host-chorus_session_") && cookie.contains("Secure"), "{cookie}");
    assert_eq!(page.header("strict-transport-security"), "", "nobody asked for it");
    let cookie = cookie.split(';').next().unwrap();

    let draft = DraftId::fresh().to_string();
    let fields = [("draft", draft.as_str()), ("name", "Ann"), ("message", "by a form")];
    let posted = browser.posts_with("/t/lobby", &fields, &[("cookie", cookie)]).await;
    assert_eq!(posted.status, 303, "{}", posted.text);
    let handshake = HandshakeClient::new(forwarded, "/chat").with("cookie", cookie).with_v1();
    let mut ann = Member::hello(handshake.connects().await, "Ann").await;
    let seen = ann.subscribes("lobby").await.events;
    assert_eq!((seen[0].author.user, bodies_of(&seen)), (ann.user, vec!["by a form"]));
    ann.publishes("by a socket").await;
    let feed = browser.gets("/t/lobby/feed.atom").await.text;
    assert!(feed.contains(&format!("https://{forwarded}/t/lobby")), "{feed}");
}

#[tokio::test]
async fn many_long_messages_arrive_over_a_socket() {
    let server = start("").await;
    let forwarded = forward(server.address).await;
    let connects = async |name: &str| {
        let socket = HandshakeClient::new(forwarded, "/chat").with_v1().connects().await;
        let mut member = Member::hello(socket, name).await;
        member.subscribes("lobby").await;
        member
    };
    let mut ann = connects("Ann").await;
    let mut bob = connects("Bob").await;
    let bodies: Vec<_> = (0..200).map(|n| format!("{n} {}", "x".repeat(12_000))).collect();
    ann.publishes_many(bodies.clone()).await;
    for body in &bodies {
        bob.receives(body).await;
    }
}

#[tokio::test]
async fn an_unread_response_is_reset() {
    let server = start("--write-seconds 1").await;
    let forwarded = forward(server.address).await;
    let socket = HandshakeClient::new(forwarded, "/chat").with_v1().connects().await;
    let mut ann = Member::hello(socket, "Ann").await;
    ann.subscribes("lobby").await;
    ann.publishes_many((0..100).map(|n| format!("{n} {}", "x".repeat(12_000)))).await;

    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = soon("a connection", socket.connect(server.address)).await.unwrap();
    let mut stream = soon("a handshake", encrypt(stream, "first")).await.unwrap();
    let ask = "GET /api/v1/topics/lobby/messages?limit=100 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let (tcp, _) = stream.get_ref();
    soon("a reset", tcp.ready(Interest::ERROR)).await.unwrap();
}

#[tokio::test]
async fn http_without_tls_is_redirected_and_health_checks_are_answered() {
    let server = start("").await;
    let browser = Browser::new(server.address);
    let page = browser.gets("/t/lobby?a=b").await;
    assert_eq!(page.status, 307);
    assert_eq!(page.header("location"), format!("https://{}/t/lobby?a=b", server.address));
    assert_eq!((page.header("set-cookie"), page.header("connection")), ("", "close"));
    let posted = browser.posts("/t/lobby", &[("message", "hi")]).await;
    assert_eq!(posted.status, 400);
    assert!(posted.text.contains("https://"), "{}", posted.text);
    assert_eq!(server.handshake().with_v1().rejection_status().await, 307);
    let foreign = browser.gets_with("/t/lobby", &[("host", "evil.example")]).await;
    assert_eq!((foreign.status, foreign.header("location")), (400, ""));
    assert_eq!(browser.gets("/readyz").await.status, 200);
}

#[tokio::test]
async fn half_a_handshake_is_closed_when_half_a_head_would_be() {
    let server = start("--head-seconds 1").await;
    let mut half = sends(&server, &HALF_HANDSHAKE).await;
    assert!(rest(&mut half).await.is_empty());
}

#[tokio::test]
async fn half_a_handshake_yields_to_a_new_connection() {
    let server = start("--max-http-connections 1 --head-seconds 3600").await;
    let mut half = sends(&server, &HALF_HANDSHAKE).await;
    let browser = Browser::new(server.address);
    // The first connection may not be known as idle yet.
    soon("200", async { while browser.gets("/readyz").await.status != 200 {} }).await;
    assert!(rest(&mut half).await.is_empty());
}

#[tokio::test]
async fn a_mistake_in_the_handshake_is_answered_by_an_alert() {
    let server = start("").await;
    let mut odd = sends(&server, b"\x16\x03\x01\x00\x04\xff\x00\x00\x00").await;
    let alert = rest(&mut odd).await;
    assert_eq!(alert.first(), Some(&21), "an alert (RFC 8446, section 5.1): {alert:?}");
    connect(server.address, "first").await.unwrap();
}

#[tokio::test]
async fn a_shutdown_ends_idle_connections() {
    let server = start("").await;
    let mut idle = connect(server.address, "first").await.unwrap();
    assert!(server.stops().await.in_time);
    let mut unread = [0; 1];
    let read = soon("the end", idle.read(&mut unread)).await;
    assert!(!matches!(read, Ok(1..)), "{read:?}");
}

/// A program whose certificate can be replaced.
struct Certified {
    folder: TempDir,
    server: Logged,
}

impl Certified {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let pem = folder.path().join("chat.pem");
        let key = folder.path().join("chat.key");
        fs::copy(fixture("first.pem"), &pem).unwrap();
        fs::copy(fixture("first.key"), &key).unwrap();
        Self { folder, server: Logged::start(&tls_settings(&pem, &key)) }
    }

    /// Replaces the files, and waits until the server has read them.
    async fn reloads(&self, pem: &str, key: &str, logged: &str) {
        let count = || self.server.log_so_far().matches(logged).count();
        let before = count();
        fs::copy(fixture(pem), self.folder.path().join("chat.pem")).unwrap();
        fs::copy(fixture(key), self.folder.path().join("chat.key")).unwrap();
        self.server.signal("HUP");
        soon(logged, async {
            while count() == before {
                yield_now().await;
            }
        })
        .await;
    }

    async fn has(&self, certificate: &str) -> bool {
        connect(self.server.browser.address(), certificate).await.is_ok()
    }
}

#[tokio::test]
async fn a_signal_replaces_the_certificate_unless_it_is_wrong() {
    let program = Certified::start();
    let address = program.server.browser.address();
    let socket = HandshakeClient::new(forward(address).await, "/chat").with_v1().connects().await;
    let mut ann = Member::hello(socket, "Ann").await;
    ann.subscribes("lobby").await;
    assert!(program.has("first").await);

    program.reloads("second.pem", "second.key", "tls.certificate_reloaded").await;
    assert!(program.has("second").await && !program.has("first").await);
    ann.publishes("still here").await;

    program.reloads("first.pem", "second.key", "settings.not_reloaded").await;
    assert!(program.has("second").await);
    let log = program.server.log();
    assert!(log.contains("tls-key: the key in "), "{log}");
}

#[tokio::test]
async fn an_expired_certificate_is_logged_checked_and_measured() {
    let tls = tls_settings(&fixture("expired.pem"), &fixture("first.key"));
    let server = Logged::start(&format!("{tls} --metrics-listen 127.0.0.1:0"));
    let metrics = Browser::new(server.metrics_address().await).gets("/metrics").await.text;
    assert!(metrics.contains("chorus_tls_certificate_expires_seconds 1609459200\n"), "{metrics}");
    soon("a warning", async {
        while !server.log_so_far().contains("tls.certificate_expired at=2021-01-01T00:00:00.000Z") {
            yield_now().await;
        }
    })
    .await;
    let output = runs(&TempDir::new().unwrap(), &format!("check {tls}"));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("expired.pem, expired at 2021-01-01T00:00:00.000Z\n"), "{printed}");
    server.log();
}

#[tokio::test]
async fn chorus_health_asks_a_server_with_tls() {
    let program = Certified::start();
    let health = format!("health --listen {}", program.server.browser.address());
    let output = runs(&program.folder, &health);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    program.server.log();
}
