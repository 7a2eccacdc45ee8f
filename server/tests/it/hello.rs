//! `hello` and `welcome`, pings and pongs.

use app::protocol::{ANONYMOUS, ClientFrame, CloseCode, ErrorCode, ServerFrame, WelcomeLimits};

use crate::support::{Member, TestServer, WebSocket, start};

async fn opens_socket(server: &TestServer) -> WebSocket {
    server.handshake().with_v1().connects().await
}

#[tokio::test]
async fn hello_is_answered_with_the_identity_and_the_servers_limits() {
    let server = start("").await;
    let mut socket = opens_socket(&server).await;
    socket.sends_text(r#"{"type":"hello","version":1,"name":"Ann","a field of tomorrow":{}}"#).await;
    let welcome = serde_json::from_str(&socket.next_text().await).unwrap();
    let ServerFrame::Welcome { connection, user, name, now, ping_seconds, limits, topics } = welcome else {
        panic!("{welcome:?} is no welcome")
    };
    assert_eq!([connection.0, user.0].map(|id| id.get_version_num()), [7, 7]);
    assert_eq!((name.as_str(), ping_seconds), ("Ann", 25));
    assert!(now.0 > 1_700_000_000_000, "{now:?} is in milliseconds");
    let expected =
        WelcomeLimits { frame_bytes: 65_536, body_bytes: 16_384, name_chars: 64, subscriptions: 64 };
    assert_eq!(limits, expected);
    assert_eq!(topics, []);
}

#[tokio::test]
async fn a_hello_without_a_name_is_john_doe() {
    let server = start("").await;
    let member = Member::hello_as(opens_socket(&server).await, None).await;
    assert_eq!(member.name.as_str(), ANONYMOUS);
}

#[tokio::test]
async fn a_first_frame_other_than_hello_closes_the_connection() {
    let server = start("").await;
    for frame in [
        r#"{"type":"subscribe","ref":1,"topic":"lobby"}"#,
        r#"{"type":"pong","n":1}"#,
        r#"{"type":"nonsense"}"#,
    ] {
        let mut socket = opens_socket(&server).await;
        socket.sends_text(frame).await;
        socket.is_closed(CloseCode::NoHello).await;
    }
}

#[tokio::test]
async fn a_missing_hello_closes_the_connection() {
    let server = start("--hello-seconds 1").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut silent = opens_socket(&server).await;
    silent.is_closed(CloseCode::NoHello).await;
    ann.publishes("who has said hello stays").await;
}

#[tokio::test]
async fn another_protocol_version_is_rejected() {
    let server = start("").await;
    let mut socket = opens_socket(&server).await;
    socket.sends_text(r#"{"type":"hello","version":2}"#).await;
    socket.is_closed(CloseCode::Version).await;
}

#[tokio::test]
async fn a_second_hello_is_refused_and_changes_nothing() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.socket.sends_text(r#"{"type":"hello","version":1,"name":"Eve"}"#).await;
    ann.receives_error(None, ErrorCode::BadRequest).await;
    assert_eq!(ann.publishes("hi").await.author.name.as_str(), "Ann");
}

#[tokio::test]
async fn a_connection_without_pongs_is_closed() {
    let server = start("--ping-seconds 1 --pong-seconds 1").await;
    let mut ann = server.connects("Ann").await;
    let mut bob = server.connects("Bob").await;
    let answering = async {
        for n in 1..=3 {
            assert_eq!(ann.next_or_ping().await, ServerFrame::Ping { n });
            ann.sends(&ClientFrame::Pong { n }).await;
        }
    };
    let silent = async {
        assert_eq!(bob.next_or_ping().await, ServerFrame::Ping { n: 1 });
        bob.is_closed(CloseCode::NoPong).await;
    };
    tokio::join!(answering, silent);
    ann.subscribes("lobby").await;
    ann.publishes("still here").await;
}
