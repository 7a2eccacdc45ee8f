//! Invalid input affects only its sender.

use app::protocol::{ClientFrame, CloseCode, DraftId, ErrorCode, ServerFrame};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{Member, TestServer, body_of, encode, start};

/// A server with two members who chat, and a third who sends invalid input.
async fn three() -> (TestServer, Talk, Member) {
    let server = start("").await;
    let ann = server.joins("Ann", "lobby").await;
    let bob = server.joins("Bob", "lobby").await;
    let mallory = server.connects("Mallory").await;
    (server, Talk { ann, bob }, mallory)
}

struct Talk {
    ann: Member,
    bob: Member,
}

impl Talk {
    /// Ann and Bob receive each other's messages and nothing in between.
    async fn goes_on(&mut self) {
        self.ann.publishes("still there?").await;
        self.bob.receives("still there?").await;
        self.bob.publishes("yes").await;
        self.ann.receives("yes").await;
    }
}

fn publish(body: &str) -> String {
    let draft = DraftId::fresh();
    let reference = 7;
    let topic = "lobby".parse().unwrap();
    let body = body.to_owned();
    encode(&ClientFrame::Publish { reference, topic, draft, body, reply_to: None })
}

#[tokio::test]
async fn invalid_utf8_closes_only_its_own_connection() {
    let (_server, mut talk, mut mallory) = three().await;
    let text = Frame::message(vec![b'"', 0xff, 0xfe, b'"'], OpCode::Data(Data::Text), true);
    mallory.socket.sends(Message::Frame(text)).await;
    mallory.is_closed(CloseCode::BadFrame).await;
    talk.goes_on().await;
}

#[tokio::test]
async fn invalid_json_closes_only_its_own_connection() {
    let (server, mut talk, _) = three().await;
    let deep = "[".repeat(20_000);
    for text in ["", "hi", "{", "[]", "null", "{}", r#"{"type":7}"#, r#"{"type":"pong","n":1} x"#, &deep] {
        let mut mallory = server.connects("Mallory").await;
        mallory.socket.sends_text(text).await;
        mallory.is_closed(CloseCode::BadFrame).await;
    }
    talk.goes_on().await;
}

#[tokio::test]
async fn a_binary_frame_closes_only_its_own_connection() {
    let (_server, mut talk, mut mallory) = three().await;
    mallory.socket.sends(Message::binary(publish("hi").into_bytes())).await;
    mallory.is_closed(CloseCode::BadFrame).await;
    talk.goes_on().await;
}

#[tokio::test]
async fn an_oversized_frame_closes_only_its_own_connection() {
    let (server, mut talk, mallory) = three().await;
    let too_large = CloseCode::Limit;
    mallory.socket.sends_until_closed(Message::text(publish(&"x".repeat(65_536))), too_large).await;
    talk.goes_on().await;
    let mallory = server.connects("Mallory").await;
    mallory.socket.sends_until_closed(Message::text("x".repeat(1 << 20)), too_large).await;
    talk.goes_on().await;
    let visitor = server.connects_plain("?topic=elsewhere").await;
    let mut socket = visitor.socket;
    socket.next_text().await;
    socket.sends_until_closed(Message::text("x".repeat(1 << 20)), too_large).await;
    talk.goes_on().await;
}

#[tokio::test]
async fn a_fragmented_oversized_message_closes_only_its_own_connection() {
    let (_server, mut talk, mut mallory) = three().await;
    let part = || vec![b'x'; 30_000];
    let first = Frame::message(part(), OpCode::Data(Data::Text), false);
    let next = |last| Frame::message(part(), OpCode::Data(Data::Continue), last);
    mallory.socket.sends_all([first, next(false), next(true)].map(Message::Frame)).await;
    mallory.is_closed(CloseCode::Limit).await;
    talk.goes_on().await;
}

#[tokio::test]
async fn unknown_types_and_missing_fields_are_refused_and_the_connection_stays() {
    let (_server, mut talk, mut mallory) = three().await;
    for (text, reference, code) in [
        (r#"{"type":"dance"}"#, None, ErrorCode::UnknownType),
        (r#"{"type":"dance","ref":3}"#, Some(3), ErrorCode::UnknownType),
        (r#"{"type":"publish","ref":4,"topic":"lobby","body":"hi"}"#, Some(4), ErrorCode::BadRequest),
        (r#"{"type":"subscribe","ref":5}"#, Some(5), ErrorCode::BadRequest),
        (r#"{"type":"subscribe","topic":"lobby"}"#, None, ErrorCode::BadRequest),
        (r#"{"type":"subscribe","ref":6,"topic":"No Such Name"}"#, Some(6), ErrorCode::BadRequest),
        (r#"{"type":"subscribe","ref":7,"topic":"lobby","tail":-1}"#, Some(7), ErrorCode::BadRequest),
        (
            r#"{"type":"publish","ref":8,"topic":"lobby","draft":"7","body":"hi"}"#,
            Some(8),
            ErrorCode::BadRequest,
        ),
    ] {
        mallory.socket.sends_text(text).await;
        mallory.receives_error(reference, code).await;
    }
    talk.goes_on().await;
    mallory.subscribes("lobby").await;
    mallory.publishes("I can behave").await;
}

#[tokio::test]
async fn an_invalid_body_is_rejected_with_its_code_and_not_stored() {
    let (_server, mut talk, mut mallory) = three().await;
    let long = "x".repeat(16_385);
    let wide = "é".repeat(8_193);
    for (body, code) in [
        (long.as_str(), ErrorCode::TooLarge),
        (wide.as_str(), ErrorCode::TooLarge),
        ("", ErrorCode::Blank),
        (" \n\t\u{a0}", ErrorCode::Blank),
        ("nul \0", ErrorCode::BadText),
        ("\u{1b}[2J", ErrorCode::BadText),
        ("\u{7f}", ErrorCode::BadText),
        ("\u{9b}2J", ErrorCode::BadText),
    ] {
        mallory.socket.sends_text(&publish(body)).await;
        mallory.receives_error(Some(7), code).await;
    }
    talk.goes_on().await;
    assert_eq!(mallory.subscribes("lobby").await.head, 2, "only the two who talk were stored");
}

#[tokio::test]
async fn unusual_valid_bodies_arrive_byte_for_byte() {
    let (_server, mut talk, mut mallory) = three().await;
    let longest = "x".repeat(16_384);
    for body in [
        "\u{202e}gnp.exe",
        "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466} \u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
        "<script>alert(1)</script></script><!--",
        "e\u{301} is not \u{e9}",
        "Z\u{351}\u{32b}\u{343}a\u{36b}lgo",
        "\\u0000 \" \\ / \u{2028}\u{2029}\u{feff}\u{fffd}",
        "  indented\n\n\n\ttrailing  \n",
        "'; DROP TABLE event; --",
        &longest,
    ] {
        mallory.socket.sends_text(&publish(body)).await;
        assert!(matches!(mallory.next().await, ServerFrame::Ack { .. }), "{body:?}");
        assert_eq!(body_of(&talk.bob.receives_event().await), body);
        assert_eq!(body_of(&talk.ann.receives_event().await), body);
    }
    talk.goes_on().await;
    let stored = mallory.subscribes("lobby").await.events;
    assert_eq!(body_of(&stored[0]), "\u{202e}gnp.exe");
    assert_eq!(body_of(&stored[8]), longest);
}

#[tokio::test]
async fn a_name_with_hidden_characters_is_rejected() {
    let (server, mut talk, mut mallory) = three().await;
    for name in [&"x".repeat(5_000), "\u{202e}nnA", "Ann\u{2066}", "A\nn", "A\u{0}n"] {
        let name = serde_json::to_string(name).unwrap();
        mallory.socket.sends_text(&format!(r#"{{"type":"rename","ref":9,"name":{name}}}"#)).await;
        mallory.receives_error(Some(9), ErrorCode::BadRequest).await;

        let mut socket = server.handshake().with_v1().connects().await;
        socket.sends_text(&format!(r#"{{"type":"hello","version":1,"name":{name}}}"#)).await;
        let answer = serde_json::from_str(&socket.next_text().await).unwrap();
        assert!(matches!(answer, ServerFrame::Error { code: ErrorCode::BadRequest, .. }), "{answer:?}");
        Member::hello(socket, "Mal").await;
    }
    talk.goes_on().await;
    mallory.subscribes("lobby").await;
    assert_eq!(mallory.publishes("hi").await.author.name.as_str(), "Mallory");
}
