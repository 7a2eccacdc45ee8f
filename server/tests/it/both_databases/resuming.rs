//! Resuming: every missed event once and in order, or a reset if the history is another one.

use app::protocol::{ClientFrame, DraftId, Epoch, Position, ServerFrame, SubscriptionMode, TopicName};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Member, encode, seqs_of, start};

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(|n| format!("message {n}"))
}

/// Receives `count` events and returns their `seq`s.
async fn next_seqs(member: &mut Member, count: usize) -> Vec<u64> {
    let mut seqs = Vec::new();
    while seqs.len() < count {
        seqs.push(member.receives_event().await.seq);
    }
    seqs
}

#[tokio::test]
async fn a_resume_delivers_exactly_the_missed_events() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.connects("Bob").await;
    let epoch = bob.subscribes("lobby").await.epoch;
    ann.publishes("seen").await;
    assert_eq!(bob.receives("seen").await.seq, 1);
    bob.leaves().await;
    ann.publishes("missed").await;
    ann.publishes("missed too").await;

    let mut bob = server.connects("Bob").await;
    let seen = bob.resumes("lobby", &epoch, 1).await;
    assert_eq!((seen.mode, seen.head, seen.more), (SubscriptionMode::Resume, 3, false));
    assert_eq!(seqs_of(&seen.events), [2, 3]);
    ann.publishes("live").await;
    assert_eq!(bob.receives("live").await.seq, 4);
}

#[tokio::test]
async fn a_long_absence_is_caught_up_without_gaps_or_duplicates() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many(numbered(250)).await;

    let mut bob = server.connects("Bob").await;
    let answer = bob.resumes("lobby", &seen.epoch, 0).await;
    assert_eq!((answer.mode, answer.head, answer.more), (SubscriptionMode::Resume, 250, true));
    let mut seqs = seqs_of(&answer.events);
    let rest = 250 - seqs.len();
    seqs.extend(next_seqs(&mut bob, rest).await);
    assert_eq!(seqs, (1..=250).collect::<Vec<_>>());
    ann.publishes("live").await;
    assert_eq!(bob.receives("live").await.seq, 251);
}

#[tokio::test]
async fn messages_published_during_a_catch_up_arrive_in_order() {
    let server = start("--hub-ring 4").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many(numbered(500)).await;

    let mut bob = server.connects("Bob").await;
    let talking = ann.publishes_many(numbered(200));
    let catching_up = async {
        let answer = bob.resumes("lobby", &seen.epoch, 100).await;
        let mut seqs = seqs_of(&answer.events);
        let rest = 600 - seqs.len();
        seqs.extend(next_seqs(&mut bob, rest).await);
        seqs
    };
    let ((), seqs) = tokio::join!(talking, catching_up);
    assert_eq!(seqs, (101..=700).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_resume_at_the_head_delivers_nothing() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes("one").await;
    let mut bob = server.connects("Bob").await;
    let answer = bob.resumes("lobby", &seen.epoch, 1).await;
    assert_eq!(
        (answer.mode, answer.head, answer.more, answer.events),
        (SubscriptionMode::Resume, 1, false, vec![])
    );
}

#[tokio::test]
async fn a_position_of_another_history_is_reset() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many(numbered(40)).await;
    let mut bob = server.connects("Bob").await;
    for (epoch, seq) in [(Epoch("another".into()), 3), (seen.epoch.clone(), 41)] {
        let answer = bob.resumes("lobby", &epoch, seq).await;
        assert_eq!(
            (answer.mode, answer.head, answer.more),
            (SubscriptionMode::Reset, 40, true),
            "{epoch} {seq}"
        );
        assert_eq!(answer.epoch, seen.epoch);
        assert_eq!(seqs_of(&answer.events), (11..=40).collect::<Vec<_>>());
    }
    ann.publishes("live").await;
    assert_eq!(bob.receives("live").await.seq, 41);
}

/// Publishes and resumes from 150 events before `head`, as a page does that reconnects with a message in its outbox: the message
/// is stored while its author catches up.
async fn publishes_during_catch_up(member: &mut Member, epoch: &Epoch, head: u64, echo: bool) {
    let topic = "lobby".parse().unwrap();
    let since = Some(Position::new(epoch.clone(), head - 150, None));
    let publish = member.publish_frame(1, "lobby", DraftId::fresh(), "mine");
    let subscribe = ClientFrame::Subscribe { reference: 2, topic, since, tail: 30, echo };
    member.socket.sends_all([publish, subscribe].map(|frame| Message::text(encode(&frame)))).await;
}

/// Repetitions of a race.
const ROUNDS: u64 = 100;

#[tokio::test]
async fn the_ack_precedes_the_event_even_during_a_catch_up() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many(numbered(200)).await;
    let mut bob = server.connects("Bob").await;
    for head in 200..200 + ROUNDS {
        publishes_during_catch_up(&mut bob, &seen.epoch, head, true).await;
        let mut acked = false;
        let mut have = 0;
        while !(acked && have > head) {
            match bob.next().await {
                ServerFrame::Ack { seq, .. } => acked = seq == head + 1,
                ServerFrame::Event(event) => have = event.seq,
                ServerFrame::Subscribed { events, .. } => have = events.last().unwrap().seq,
                ServerFrame::Presence { .. } => {}
                other => panic!("{other:?}"),
            }
            assert!(acked || have <= head, "the event came before its ack");
        }
    }
}

#[tokio::test]
async fn without_echo_a_catch_up_skips_own_messages() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many(numbered(200)).await;
    let mut bob = server.connects("Bob").await;
    for round in 0..ROUNDS {
        publishes_during_catch_up(&mut bob, &seen.epoch, 200 + 2 * round, false).await;
        ann.receives("mine").await;
        let marker = ann.publishes("marker").await.seq;
        let mut acked = false;
        let mut have = 0;
        while !(acked && have == marker) {
            match bob.next().await {
                ServerFrame::Ack { .. } => acked = true,
                ServerFrame::Event(event) => {
                    have = event.seq;
                    assert_ne!(have, marker - 1, "the own message came back");
                }
                ServerFrame::Subscribed { .. } | ServerFrame::Presence { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn the_ack_precedes_a_subscription_that_includes_the_event() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many(numbered(200)).await;
    for head in 200..200 + ROUNDS {
        let publish = ann.publish_frame(1, "lobby", DraftId::fresh(), "hi");
        let topic: TopicName = "lobby".parse().unwrap();
        // One of these subscriptions reads the log while the message is being stored.
        let subscribe = |reference| {
            let topic = topic.clone();
            ClientFrame::Subscribe { reference, topic, since: None, tail: 200, echo: true }
        };
        let frames = std::iter::once(publish).chain((2..=6).map(subscribe));
        ann.socket.sends_all(frames.map(|frame| Message::text(encode(&frame)))).await;
        let mut acked = false;
        let mut have = 0;
        let mut subscribed = 0;
        while !(acked && have > head && subscribed == 5) {
            match ann.next().await {
                ServerFrame::Ack { .. } => acked = true,
                ServerFrame::Event(event) => have = event.seq,
                ServerFrame::Subscribed { events, .. } => {
                    subscribed += 1;
                    have = events.last().unwrap().seq;
                }
                ServerFrame::Presence { .. } => {}
                other => panic!("{other:?}"),
            }
            assert!(acked || have <= head, "the event came before its ack");
        }
    }
}

#[tokio::test]
async fn a_removed_topic_resets_and_other_topics_resume() {
    let server = start("").await;
    let (mut ann, spam) = server.joins_with_subscription("Ann", "spam").await;
    ann.publishes("buy").await;
    ann.publishes("buy more").await;
    let tea = ann.subscribes("tea").await;
    ann.publishes("green").await;
    let ended = server.stops().await;
    ended.removes("spam").await;

    let server = ended.restarts().await;
    let mut bob = server.connects("Bob").await;
    let seen = bob.resumes("spam", &spam.epoch, 2).await;
    assert_eq!((seen.mode, seen.head, seen.events.len()), (SubscriptionMode::Reset, 0, 0));
    bob.publishes("hello").await;
    let seen = bob.resumes("spam", &spam.epoch, 1).await;
    assert_eq!((seen.mode, seen.head), (SubscriptionMode::Reset, 1), "the same number in another history");
    let seen = bob.resumes("tea", &tea.epoch, 1).await;
    assert_eq!((seen.mode, seen.head), (SubscriptionMode::Resume, 1));
}
