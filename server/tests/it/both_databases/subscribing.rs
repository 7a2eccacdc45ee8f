//! Subscribing and unsubscribing.

use app::protocol::{ClientFrame, DraftId, ServerFrame, SubscriptionMode};

use tokio_tungstenite::tungstenite::Message;

use crate::support::{bodies_of, encode, seqs_of, start};

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(|n| format!("message {n}"))
}

#[tokio::test]
async fn a_subscription_begins_with_the_newest_30_oldest_first() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many(numbered(45)).await;

    let (_bob, seen) = server.joins_with_subscription("Bob", "lobby").await;
    assert_eq!((seen.mode, seen.head, seen.more, seen.here), (SubscriptionMode::Tail, 45, true, 2));
    assert_eq!(seqs_of(&seen.events), (16..=45).collect::<Vec<_>>());
    let expected: Vec<_> = numbered(45).skip(15).collect();
    assert_eq!(bodies_of(&seen.events), expected);
}

#[tokio::test]
async fn the_tail_has_the_requested_length_up_to_200() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many(numbered(210)).await;

    for (tail, first) in [(0, 211), (5, 206), (200, 11), (100_000, 11)] {
        let seen = ann.subscribes_with("lobby", None, tail, true).await;
        assert_eq!(seqs_of(&seen.events), (first..=210).collect::<Vec<_>>(), "tail {tail}");
        assert_eq!((seen.head, seen.more), (210, true), "tail {tail}");
    }
    ann.publishes("after whatever tail, what follows is received once").await;
    ann.publishes("and this too").await;
}

#[tokio::test]
async fn an_empty_topic_can_be_subscribed() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "nowhere").await;
    assert_eq!((seen.mode, seen.head, seen.more, seen.here), (SubscriptionMode::Tail, 0, false, 1));
    assert_eq!(seen.events, []);
    assert_eq!(ann.publishes("first").await.seq, 1);
}

#[tokio::test]
async fn topics_are_separate() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    let mut bob = server.joins("Bob", "coffee").await;
    ann.publishes("green").await;
    let event = bob.publishes("black").await;
    assert_eq!((event.topic.as_str(), event.seq), ("coffee", 1), "each topic counts for itself");
    assert_eq!(ann.publishes("oolong").await.seq, 2);
}

#[tokio::test]
async fn one_connection_subscribes_to_many_topics() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.subscribes("coffee").await;
    let mut bob = server.joins("Bob", "tea").await;
    bob.publishes("green").await;
    assert_eq!(ann.receives("green").await.topic.as_str(), "tea");
    bob.subscribes("coffee").await;
    bob.publishes("black").await;
    assert_eq!(ann.receives("black").await.topic.as_str(), "coffee");
}

#[tokio::test]
async fn without_echo_only_messages_of_others_arrive() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let mut bob = server.joins("Bob", "lobby").await;
    ann.subscribes_with("lobby", None, 30, false).await;
    ann.publishes_for_ack("mine").await;
    bob.receives("mine").await;
    bob.publishes("yours").await;
    ann.receives("yours").await;
    ann.publishes_for_ack("mine again").await;
    bob.receives("mine again").await;
    bob.publishes("yours again").await;
    ann.receives("yours again").await;
}

#[tokio::test]
async fn without_echo_a_retry_does_not_echo_later_messages() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let mut bob = server.joins("Bob", "lobby").await;
    ann.subscribes_with("lobby", None, 30, false).await;
    // While the first is being committed, the other two are collected into one batch.
    let first = DraftId::fresh();
    let second = DraftId::fresh();
    let frames = [(1, first), (2, second), (3, second)]
        .map(|(reference, draft)| encode(&ann.publish_frame(reference, "lobby", draft, "hi")));
    ann.socket.sends_all(frames.map(Message::text)).await;
    assert_eq!(ann.is_acked(1, first).await, (1, false));
    assert_eq!(ann.is_acked(2, second).await, (2, false));
    assert_eq!(ann.is_acked(3, second).await, (2, true));
    assert_eq!(ann.publishes_for_ack("mine").await, 3);
    for body in ["hi", "hi", "mine"] {
        bob.receives(body).await;
    }
    bob.publishes("yours").await;
    ann.receives("yours").await;
}

#[tokio::test]
async fn no_events_arrive_after_unsubscribing() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    let reference = bob.next_reference();
    let topic = "lobby".parse().unwrap();
    bob.sends(&ClientFrame::Unsubscribe { reference, topic }).await;
    let answer = ServerFrame::Unsubscribed { reference, topic: "lobby".parse().unwrap() };
    assert_eq!(bob.next().await, answer);

    ann.publishes("behind his back").await;
    bob.subscribes("elsewhere").await;
    bob.publishes("marker").await;
}

#[tokio::test]
async fn resubscribing_restarts_and_delivers_each_event_once() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    ann.publishes("one").await;
    bob.receives("one").await;
    let seen = bob.subscribes("lobby").await;
    assert_eq!((bodies_of(&seen.events), seen.here), (vec!["one"], 2));
    ann.publishes("two").await;
    ann.publishes("three").await;
    bob.receives("two").await;
    bob.receives("three").await;
}
