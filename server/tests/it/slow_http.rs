//! HTTP clients that stall: each connection times out without affecting others.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::{TcpSocket, TcpStream},
};

use crate::support::{TestServer, soon, start};

const GET: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Connects and sends only these bytes.
async fn sends(server: &TestServer, bytes: &str) -> TcpStream {
    let mut stream = soon("a connection", TcpStream::connect(server.address)).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// The same with a small receive buffer.
async fn sends_with_small_buffer(server: &TestServer, bytes: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = soon("a connection", socket.connect(server.address)).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// Reads until the connection ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // A reset counts as the end too.
    let _ = soon("the end", stream.read_to_end(&mut rest)).await;
    String::from_utf8(rest).unwrap()
}

/// Reads a response's head and the bytes that arrive with it.
async fn some(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 1_024];
    let read = soon("an answer", stream.read(&mut bytes)).await.unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

/// Waits until the server has reset the connection, without reading.
async fn wait_for_reset(stream: &TcpStream) {
    soon("a reset", stream.ready(Interest::ERROR)).await.unwrap();
}

#[tokio::test]
async fn half_a_head_is_answered_408_and_closed() {
    let server = start("--head-seconds 1").await;
    let mut stream = sends(&server, "GET / HTTP/1.1\r\nhost: localhost\r\nx-half:").await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 408 "));
}

#[tokio::test]
async fn half_a_body_is_answered_408_and_closed() {
    let server = start("--request-seconds 1").await;
    for (path, kind) in
        [("/t/lobby", "application/x-www-form-urlencoded"), ("/api/v1/session", "application/json")]
    {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: 100\r\n\r\nmessage="
        );
        let answer = rest(&mut sends(&server, &head).await).await;
        assert!(
            answer.starts_with("HTTP/1.1 408 ") && answer.contains("connection: close"),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn beyond_the_memory_limit_for_slow_clients_a_half_body_ends_early() {
    let server = start("--request-seconds 3600 --slow-bytes 1000").await;
    let body = format!("message={}", "x".repeat(1_500));
    let head = "POST /t/lobby HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2000\r\n\
                content-type: application/x-www-form-urlencoded\r\n\r\n";
    let answer = rest(&mut sends(&server, &format!("{head}{body}")).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn beyond_twice_the_memory_limit_for_slow_clients_a_body_is_refused() {
    let server = start("--slow-bytes 1000 --head-bytes 8192").await;
    // More than the server reads at once, so that there is a second part to refuse.
    let body = format!("message={}", "x".repeat(9_000));
    let head = "POST /t/lobby HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20000\r\n\
                content-type: application/x-www-form-urlencoded\r\n\r\n";
    let answer = rest(&mut sends(&server, &format!("{head}{body}")).await).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 2"), "{answer}");
}

#[tokio::test]
async fn a_head_beyond_its_limit_is_answered_431() {
    let server = start("--head-bytes 8192").await;
    let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-long: {}", "x".repeat(16_384));
    assert!(rest(&mut sends(&server, &head).await).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let server = start("--idle-seconds 1 --head-seconds 1").await;
    let mut unused = sends(&server, "").await;
    let mut used = sends(&server, GET).await;
    assert!(some(&mut used).await.starts_with("HTTP/1.1 200 "));
    assert_eq!((rest(&mut unused).await, rest(&mut used).await), (String::new(), String::new()));
}

#[tokio::test]
async fn a_socket_has_no_time_limit_of_requests() {
    let server = start("--idle-seconds 1 --head-seconds 1 --request-seconds 1").await;
    let mut ann = server.joins("Ann", "lobby").await;
    for _ in 0..2 {
        assert_eq!(rest(&mut sends(&server, "").await).await, "");
    }
    ann.publishes("still here").await;
}

/// Fills a topic so that its page exceeds a small receive buffer by far.
async fn with_long_messages(server: &TestServer) {
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((0..100).map(|n| format!("{n} {}", "x".repeat(12_000)))).await;
}

#[tokio::test]
async fn an_unread_response_is_reset() {
    let server = start("--write-seconds 1").await;
    with_long_messages(&server).await;
    let ask = "GET /api/v1/topics/lobby/messages?limit=100 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let stream = sends_with_small_buffer(&server, ask).await;
    wait_for_reset(&stream).await;
}

#[tokio::test]
async fn a_stalled_event_stream_ends_with_its_connection() {
    let server = start("--write-seconds 1 --max-connections 2").await;
    with_long_messages(&server).await;
    let ask = "GET /api/v1/topics/lobby/events?after=0 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let stream = sends_with_small_buffer(&server, ask).await;
    wait_for_reset(&stream).await;
}

#[tokio::test]
async fn an_event_stream_that_is_read_has_no_time_limit() {
    let server = start("--write-seconds 1 --idle-seconds 1 --head-seconds 1").await;
    let mut stream = server.browser().streams_events("/api/v1/topics/lobby/events", &[]).await;
    stream.next().await.unwrap();
    for _ in 0..2 {
        assert_eq!(rest(&mut sends(&server, "").await).await, "");
    }
    server.joins("Ann", "lobby").await.publishes("late").await;
    stream.receives_event().await;
}

/// Starts a request and returns once the server waits for its body.
async fn asks_to_write(server: &TestServer) -> TcpStream {
    let head = "POST /t/lobby HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\n";
    let mut stream = sends(server, head).await;
    assert!(some(&mut stream).await.starts_with("HTTP/1.1 100 "));
    stream
}

#[tokio::test]
async fn beyond_the_connection_limit_is_503_and_idle_connections_are_closed() {
    let server = start("--max-http-connections 2").await;
    let mut idle = sends(&server, GET).await;
    assert!(some(&mut idle).await.starts_with("HTTP/1.1 200 "));
    let mut writing = [asks_to_write(&server).await, asks_to_write(&server).await];
    assert_eq!(rest(&mut idle).await, "", "the idle one makes room");

    let refused = rest(&mut sends(&server, GET).await).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("retry-after: ") && refused.contains("connection: close"), "{refused}");

    for stream in &mut writing {
        stream.write_all(b"message=x").await.unwrap();
        assert!(some(stream).await.starts_with("HTTP/1.1 "));
    }
}

#[tokio::test]
async fn sockets_and_streams_do_not_count_as_requests() {
    let server = start("--max-http-connections 1 --max-connections 4").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let _socket = server.handshake().with_v1().connects().await;
    let browser = server.browser();
    let mut stream = browser.streams_events("/api/v1/topics/lobby/events", &[]).await;
    stream.next().await.unwrap();
    assert_eq!(server.browser().gets("/healthz").await.status, 200);
    ann.publishes("all at once").await;
    stream.receives_event().await;
}
