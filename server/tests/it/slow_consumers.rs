//! Readers that fall behind.

use app::protocol::{ClientFrame, CloseCode, HistoryRange, SUBPROTOCOL, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Member, Subscription, TestServer, body_of, encode, soon, start};

/// What somebody says who fills every buffer on the way: more than a line holds.
const BODIES: usize = 2_000;

fn long(n: usize) -> String {
    format!("{n} {}", "x".repeat(6_000))
}

/// Somebody whose line holds little.
async fn joins_on_a_short_line(server: &TestServer, name: &str) -> Member {
    let handshake = server.handshake().with_receive_buffer(4_096).with("sec-websocket-protocol", SUBPROTOCOL);
    let mut member = Member::hello(handshake.connects().await, name).await;
    member.subscribes("lobby").await;
    member
}

#[tokio::test]
async fn a_reader_that_falls_behind_gets_everything_in_order_once() {
    let server = start("--hub-ring 8").await;
    let mut slow = joins_on_a_short_line(&server, "Slow").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=BODIES).map(long)).await;

    for n in 1..=BODIES {
        let event = slow.receives_event().await;
        assert_eq!(event.seq, n as u64);
        assert!(body_of(&event).starts_with(&format!("{n} ")));
    }
    ann.publishes("live again").await;
    slow.receives("live again").await;
}

#[tokio::test]
async fn a_plain_reader_that_falls_behind_gets_everything_in_order_once() {
    let server = start("--hub-ring 8").await;
    let mut socket = server.handshake().with_receive_buffer(4_096).connects().await;
    socket.next_text().await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=BODIES).map(long)).await;
    for n in 1..=BODIES {
        let text = socket.next_text().await;
        assert!(text.split_once('\n').unwrap().1.starts_with(&format!("{n} ")), "message {n}");
    }
}

#[tokio::test]
async fn a_reader_that_is_slow_but_reads_is_left_to_its_pace() {
    let server = start("--write-seconds 3 --presence-ms 20").await;
    let mut slow = joins_on_a_short_line(&server, "Slow").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=BODIES).map(long)).await;
    // One message of 6 kB at a time: the server writes for longer than the 3 seconds for which nothing may be taken. A busy
    // machine stops the reader for less than that.
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(150));
    for n in 1..=40 {
        pace.tick().await;
        assert_eq!(slow.receives_event_after_presence().await.seq, n);
    }
    for n in 41..=BODIES as u64 {
        assert_eq!(slow.receives_event_after_presence().await.seq, n);
    }
}

#[tokio::test]
async fn a_reader_that_stops_is_closed_as_slow_and_loses_nothing() {
    let server = start("--write-seconds 1 --presence-ms 20").await;
    let (mut ann, Subscription { epoch, .. }) = server.joins_with_subscription("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    // Ann skips what comes before her acks, and the leave may be among it.
    let mut bob = server.joins("Bob", "lobby").await;
    bob.receives_presence(&["Bob"], &[]).await;
    let mut slow = joins_on_a_short_line(&server, "Slow").await;
    bob.receives_presence(&["Slow"], &[]).await;
    let leave = async { while !is_leaving(&bob.next().await, "Slow") {} };
    tokio::join!(ann.publishes_many((1..=BODIES).map(long)), leave);

    // It was cut off in the middle; all before that came whole and in order, then the reason.
    let mut have = 0;
    let reason = loop {
        match slow.socket.next().await {
            Message::Text(text) => match serde_json::from_str(text.as_str()).unwrap() {
                ServerFrame::Event(event) => {
                    have += 1;
                    assert_eq!(event.seq, have);
                }
                ServerFrame::Presence { .. } => {}
                other => panic!("{other:?}"),
            },
            Message::Close(Some(frame)) => break u16::from(frame.code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason, CloseCode::Slow.number());
    assert!(have < BODIES as u64, "the connection buffered everything: no reader was slow");

    let mut back = server.connects("Slow").await;
    let seen = back.resumes("lobby", &epoch, have).await;
    assert_eq!(seen.events.first().map(|event| event.seq), Some(have + 1));
}

/// Pages of this many long messages: a few of them are more than a line holds.
const PAGE: usize = 80;

#[tokio::test]
async fn with_too_much_waiting_in_all_a_reader_that_does_not_keep_up_is_closed_and_loses_nothing() {
    let server = start("--pending-bytes-total 1").await;
    let (mut ann, Subscription { epoch, .. }) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many((1..=PAGE).map(long)).await;
    let mut slow = joins_on_a_short_line(&server, "Slow").await;
    let asks = |reference| {
        let topic = "lobby".parse().unwrap();
        let span = HistoryRange::Before(PAGE as u64 + 1);
        Message::text(encode(&ClientFrame::History { reference, topic, span, limit: PAGE as u32 }))
    };
    slow.socket.sends_all((100..120).map(asks)).await;
    let mut pages = 0;
    let reason = loop {
        match slow.socket.next().await {
            Message::Text(text) => {
                let ServerFrame::History { events, .. } = serde_json::from_str(text.as_str()).unwrap() else {
                    panic!("{text} is no page")
                };
                assert_eq!(events.len(), PAGE);
                pages += 1;
            }
            Message::Close(Some(frame)) => break u16::from(frame.code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason, CloseCode::Slow.number());
    assert!(pages < 20, "all pages were taken: nothing was slow");

    ann.publishes("undisturbed").await;
    let mut back = server.connects("Slow").await;
    let seen = back.resumes("lobby", &epoch, PAGE as u64).await;
    assert_eq!(seen.events.len(), 1);
}

#[tokio::test]
async fn with_too_much_waiting_in_all_an_event_stream_that_is_not_read_gives_its_place_back() {
    let server = start("--pending-bytes-total 1 --max-connections 2").await;
    let mut ann = server.connects("Ann").await;
    let stream = server.browser().streams_events("/api/v1/topics/lobby/events", &[]).await;
    assert_eq!(server.handshake().rejection_status().await, 503);
    ann.publishes_many_for_acks("lobby", (1..=BODIES).map(long)).await;
    let comes_in = async { while server.handshake().connects_or_status().await.is_err() {} };
    soon("a place", comes_in).await;
    drop(stream);
}

fn is_leaving(frame: &ServerFrame, who: &str) -> bool {
    matches!(frame, ServerFrame::Presence { left, .. } if left.iter().any(|name| name.as_str() == who))
}
