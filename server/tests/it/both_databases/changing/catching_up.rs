//! Subscribers that were absent while messages changed: from memory and from the database.

use app::protocol::{Event, SubscriptionMode};

use super::{ann_and_bob, reactions, summary};
use crate::support::{Change, seqs_of, start};

/// Minimal caches, so that reads come from the database.
const SMALL_CACHES: &str = "--hub-ring 1 --recent-topics 1";

fn summaries(events: &[Event]) -> Vec<(u64, &'static str, u64, String)> {
    events.iter().map(summary).collect()
}

/// Returns the events that Bob gets when he resumes after the first one.
async fn changes_bob_missed(settings: &str) -> Vec<(u64, &'static str, u64, String)> {
    let server = start(settings).await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes("one").await;
    ann.publishes("two").await;
    let changes = [
        Change::Edit(1, 1, "one, better"),
        Change::Edit(1, 3, "one, best"),
        Change::React(1, "👍"),
        Change::Delete(2, 2),
        Change::Unreact(1, "👍"),
    ];
    ann.changes_many(&changes).await;
    let mut bob = server.connects("Bob").await;
    let answer = bob.resumes("lobby", &seen.epoch, 1).await;
    assert_eq!((answer.mode, answer.head, answer.more), (SubscriptionMode::Resume, 7, false));
    ann.edits(1, 4, "live").await;
    assert_eq!(summary(&bob.receives_event().await), (8, "edit", 1, "live".into()));
    summaries(&answer.events)
}

#[tokio::test]
async fn a_resume_replays_changes_in_order_from_memory_and_from_the_database() {
    let missed = [
        (2, "tombstone", 6, String::new()),
        (3, "edit", 1, "gone".to_owned()),
        (4, "edit", 1, "one, best".to_owned()),
        (5, "reaction", 1, "👍".to_owned()),
        (6, "deletion", 2, String::new()),
        (7, "taken back", 1, "👍".to_owned()),
    ];
    assert_eq!(changes_bob_missed("").await, missed);
    assert_eq!(changes_bob_missed(SMALL_CACHES).await, missed);
}

#[tokio::test]
async fn a_new_subscriber_gets_the_current_state_from_memory_and_from_the_database() {
    for settings in ["", SMALL_CACHES] {
        let server = start(settings).await;
        let (mut ann, mut bob) = ann_and_bob(&server).await;
        ann.publishes("two").await;
        ann.publishes("three").await;
        let changes = [Change::Edit(1, 1, "coffee"), Change::Delete(2, 2), Change::React(1, "🎉")];
        ann.changes_many(&changes).await;
        // Only then is the ack of his reaction the next frame.
        while bob.receives_event().await.seq < 6 {}
        bob.socket.sends_text(r#"{"type":"rename","ref":1,"name":"Robert"}"#).await;
        assert!(matches!(bob.next().await, app::protocol::ServerFrame::Renamed { .. }));
        bob.reacts(1, "🎉").await;
        let seen = server.joins_with_subscription("Eve", "lobby").await.1;
        assert_eq!((seen.mode, seen.head, seen.more), (SubscriptionMode::Tail, 7, false), "{settings}");
        let stand = [
            (1, "message", 4, "coffee".to_owned()),
            (2, "tombstone", 5, String::new()),
            (3, "message", 3, "three".to_owned()),
        ];
        assert_eq!(summaries(&seen.events), stand, "{settings}");
        assert_eq!(reactions(&seen.events[0]), [("🎉".into(), vec!["Ann", "Robert"])], "{settings}");
    }
}

#[tokio::test]
async fn a_tail_counts_messages_only_and_not_reactions() {
    for settings in ["", SMALL_CACHES] {
        let server = start(settings).await;
        let mut ann = server.joins("Ann", "lobby").await;
        ann.publishes_many((1..=40).map(|n| format!("message {n}"))).await;
        let reactions: Vec<_> = (0..300)
            .map(|n| if n % 2 == 0 { Change::React(9, "👍") } else { Change::Unreact(9, "👍") })
            .collect();
        ann.changes_many(&reactions).await;
        let seen = server.joins_with_subscription("Eve", "lobby").await.1;
        assert_eq!((seen.head, seen.more), (340, true), "{settings}");
        assert_eq!(seqs_of(&seen.events), (11..=40).collect::<Vec<_>>(), "{settings}");
    }
}

#[tokio::test]
async fn plain_clients_get_no_changes_and_new_ones_no_deleted_messages() {
    for settings in ["", SMALL_CACHES] {
        let server = start(settings).await;
        let mut visitor = server.connects_plain("").await;
        visitor.receives_joined().await;
        let mut ann = server.joins("Ann", "lobby").await;
        ann.publishes("one").await;
        ann.publishes("two").await;
        ann.changes_many(&[Change::Edit(1, 1, "one, better"), Change::React(1, "👍"), Change::Delete(2, 2)])
            .await;
        ann.publishes("three").await;
        for body in ["one", "two", "three"] {
            visitor.receives("Ann", body).await;
        }
        let mut newcomer = server.connects_plain("").await;
        newcomer.receives("Ann", "one, better").await;
        newcomer.receives("Ann", "three").await;
        newcomer.receives_joined().await;
    }
}
