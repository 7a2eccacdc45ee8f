//! Slow consumers.

use app::protocol::{ClientFrame, CloseCode, HistoryRange, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Member, Subscription, TestServer, body_of, encode, soon, start, start_one};

/// Enough messages to fill every buffer between server and client.
const BODIES: usize = 2_000;

fn long(n: usize) -> String {
    format!("{n} {}", "x".repeat(6_000))
}

/// A member with a small receive buffer.
async fn joins_with_small_buffer(server: &TestServer, name: &str) -> Member {
    let handshake = server.handshake().with_receive_buffer(4_096).with_v1();
    let mut member = Member::hello(handshake.connects().await, name).await;
    member.subscribes("lobby").await;
    member
}

#[tokio::test]
async fn a_slow_reader_gets_everything_once_in_order() {
    let server = start("--hub-ring 8").await;
    let mut slow = joins_with_small_buffer(&server, "Slow").await;
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
async fn a_slow_plain_reader_gets_everything_once_in_order() {
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
async fn a_slow_reader_that_makes_progress_is_not_closed() {
    let server = start("--write-seconds 3 --presence-ms 20").await;
    let mut slow = joins_with_small_buffer(&server, "Slow").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let reading = async {
        // One message of 6 kB at a time, so that the server writes for longer than the 3 seconds that a stalled reader is
        // allowed. A busy machine delays the reader for less than that.
        let mut pace = tokio::time::interval(std::time::Duration::from_millis(150));
        for n in 1..=40 {
            pace.tick().await;
            assert_eq!(slow.receives_event_after_presence().await.seq, n);
        }
        for n in 41..=BODIES as u64 {
            assert_eq!(slow.receives_event_after_presence().await.seq, n);
        }
    };
    // At the same time, since to publish them all may take longer than those 3 seconds.
    tokio::join!(ann.publishes_many((1..=BODIES).map(long)), reading);
}

#[tokio::test]
async fn a_stalled_reader_is_closed_as_slow_and_resumes_without_loss() {
    let server = start("--write-seconds 1 --presence-ms 20").await;
    let (mut ann, Subscription { epoch, .. }) = server.joins_with_subscription("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    // Ann skips frames before her acks, and the leave may be among them.
    let mut bob = server.joins("Bob", "lobby").await;
    bob.receives_presence(&["Bob"], &[]).await;
    let mut slow = joins_with_small_buffer(&server, "Slow").await;
    bob.receives_presence(&["Slow"], &[]).await;
    // From then on the server waits only so long for the reader to take the close frame.
    let closed = async {
        while !is_leaving(&bob.next().await, "Slow") {}
        slow.frames_until_closed().await
    };
    let ((), (frames, code)) = tokio::join!(ann.publishes_many((1..=BODIES).map(long)), closed);

    // It was closed in the middle; everything before arrived complete and in order, then the close code.
    let mut have = 0;
    for frame in frames {
        match frame {
            ServerFrame::Event(event) => {
                have += 1;
                assert_eq!(event.seq, have);
            }
            ServerFrame::Presence { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(code, CloseCode::Slow.number());
    assert!(have < BODIES as u64, "the connection buffered everything: no reader was slow");

    let mut back = server.connects("Slow").await;
    let seen = back.resumes("lobby", &epoch, have).await;
    assert_eq!(seen.events.first().map(|event| event.seq), Some(have + 1));
}

/// Pages with this many long messages. A few of them exceed the connection's buffers.
const PAGE: usize = 80;

#[tokio::test]
async fn beyond_the_total_buffer_limit_a_stalled_reader_is_closed() {
    // Less than a page, and more than waits for Ann when her own events are not read at once.
    let server = start("--pending-bytes-total 200000").await;
    let (mut ann, Subscription { epoch, .. }) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many((1..=PAGE).map(long)).await;
    let mut slow = joins_with_small_buffer(&server, "Slow").await;
    let asks = |reference| {
        let topic = "lobby".parse().unwrap();
        let span = HistoryRange::Before(PAGE as u64 + 1);
        Message::text(encode(&ClientFrame::History { reference, topic, span, limit: PAGE as u32 }))
    };
    slow.socket.sends_all((100..120).map(asks)).await;
    let (pages, code) = slow.frames_until_closed().await;
    for page in &pages {
        let ServerFrame::History { events, .. } = page else { panic!("{page:?} is no page") };
        assert_eq!(events.len(), PAGE);
    }
    assert_eq!(code, CloseCode::Slow.number());
    assert!(pages.len() < 20, "all pages were taken: nothing was slow");

    ann.publishes("undisturbed").await;
    let mut back = server.connects("Slow").await;
    let seen = back.resumes("lobby", &epoch, PAGE as u64).await;
    assert_eq!(seen.events.len(), 1);
}

#[tokio::test]
async fn beyond_the_total_buffer_limit_a_stalled_event_stream_is_closed() {
    let server = start_one("--pending-bytes-total 20000 --max-connections 2").await;
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
