//! The rate limit for the frames of a connection.

use app::protocol::{ClientFrame, CloseCode, DraftId, ErrorCode, ServerFrame};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{encode, soon, start};

fn pong(n: u64) -> Message {
    Message::text(encode(&ClientFrame::Pong { n }))
}

#[tokio::test]
async fn a_client_that_sends_too_fast_gets_a_retry_time() {
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
    let (texts, code) = visitor.socket.texts_until_closed().await;
    let (refused, sent): (Vec<_>, Vec<_>) = texts.iter().partition(|text| text.starts_with(" [ Not sent: "));
    assert!(sent.iter().all(|text| text.ends_with("\nmessage 0")), "{sent:?}");
    assert_eq!((code, refused.len()), (CloseCode::Rate.number(), 2));
}
