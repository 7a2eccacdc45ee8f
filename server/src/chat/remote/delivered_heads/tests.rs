use app::protocol::Event;
use uuid::Uuid;

use super::*;
use crate::lobby_message::lobby_message;

fn lobby() -> TopicName {
    "lobby".parse().unwrap()
}

fn event(seq: u64, draft: u128) -> Event {
    lobby_message(seq, DraftId(Uuid::from_u128(draft)), "hi")
}

fn batch(after: Option<u128>, seq: u64) -> EventBatch {
    let after = after.map(|draft| DraftId(Uuid::from_u128(draft)));
    EventBatch { topic: lobby(), after, dialect: 2, events: vec![event(seq, 9)] }
}

#[test]
fn events_of_another_node_must_follow_the_event_that_was_published_last() {
    let mut heads = DeliveredHeads::default();
    assert!(!heads.is_next(&batch(Some(5), 6)), "the topic is not known");
    heads.assume(&lobby(), 6);
    assert!(!heads.is_next(&batch(Some(5), 6)));
    heads.record_head_read(&lobby(), 5);
    assert!(!heads.is_next(&batch(Some(5), 6)), "it was read, not published");
    heads.published(&lobby(), &event(5, 5));
    assert!(heads.is_next(&batch(Some(5), 6)));
    for (after, seq) in [(Some(5), 5), (Some(5), 7), (Some(4), 6), (None, 6)] {
        assert!(!heads.is_next(&batch(after, seq)), "{after:?} {seq}");
    }
    heads.published(&lobby(), &event(4, 4));
    assert!(heads.is_next(&batch(Some(5), 6)), "it never goes back");
    heads.published(&lobby(), 8);
    assert!(!heads.is_next(&batch(None, 9)), "the draft is not known");
}

#[test]
fn an_event_that_came_with_its_hint_is_compared_also_if_a_commit_has_followed() {
    let mut heads = DeliveredHeads::default();
    heads.published(&lobby(), LastEvent::carried(&event(5, 5)));
    assert!(heads.committed(&lobby(), 6, &event(6, 6)));
    let published = heads.all_published();
    let all: Vec<_> = published.iter().map(|event| (event.seq, event.is_stored)).collect();
    assert_eq!(all, [(6, true), (5, false)]);
    published.iter().for_each(|event| heads.found(event));
    assert_eq!(heads.all_published(), published[..1]);
    heads.published(&lobby(), LastEvent::carried(&event(7, 7)));
    let carried = heads.published_event(&lobby()).unwrap();
    heads.found(&carried);
    assert!(heads.published_event(&lobby()).unwrap().is_stored);
}

#[test]
fn the_draft_before_a_commit_is_that_of_the_event_published_last() {
    let mut heads = DeliveredHeads::default();
    assert_eq!(heads.draft_at(&lobby(), 0), None);
    assert!(heads.committed(&lobby(), 4, &event(5, 5)));
    assert_eq!(heads.draft_at(&lobby(), 5), Some(DraftId(Uuid::from_u128(5))));
    assert_eq!([4, 6].map(|seq| heads.draft_at(&lobby(), seq)), [None, None]);
}

#[test]
fn a_higher_head_is_read_from_what_was_delivered_and_others_are_dropped() {
    let mut heads = DeliveredHeads::default();
    assert_eq!(heads.decide(&lobby(), 1), Decision::Unknown);
    heads.published(&lobby(), 5);
    assert_eq!(
        [4, 5, 6, 9].map(|head| heads.decide(&lobby(), head)),
        [Decision::Delivered, Decision::Delivered, Decision::ReadAfter(5), Decision::ReadAfter(5)]
    );
    heads.published(&lobby(), 3);
    assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered, "it never goes back");
}

#[test]
fn the_reader_who_has_read_least_counts_until_something_is_published() {
    let mut heads = DeliveredHeads::default();
    [5, 4, 6].into_iter().for_each(|head| heads.record_head_read(&lobby(), head));
    assert_eq!(heads.decide(&lobby(), 5), Decision::ReadAfter(4));
    heads.published(&lobby(), 5);
    heads.record_head_read(&lobby(), 4);
    assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered, "the hub notifies them of 5");
}

#[test]
fn a_commit_after_events_of_other_nodes_shows_that_they_are_missing() {
    let mut heads = DeliveredHeads::default();
    assert!(heads.committed(&lobby(), 1, 2), "the first of this topic");
    assert!(heads.committed(&lobby(), 3, 3));
    assert!(!heads.committed(&lobby(), 5, 6));
    assert_eq!(heads.decide(&lobby(), 6), Decision::ReadAfter(3));
    heads.published(&lobby(), 6);
    assert!(heads.committed(&lobby(), 6, 7), "an event that was delivered already");
    assert_eq!(heads.published_seq(&lobby()), Some(7));
}

#[test]
fn a_topic_of_which_nothing_is_known_has_its_newest_event_delivered_unless_somebody_has_read_it() {
    let mut heads = DeliveredHeads::default();
    heads.assume(&lobby(), 5);
    assert_eq!(heads.decide(&lobby(), 5), Decision::ReadAssumed(4));
    assert!(!heads.committed(&lobby(), 6, 6), "followers may lack what was stored before");
    heads.record_head_read(&lobby(), 5);
    assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered);
    heads.assume(&lobby(), 0);
    assert_eq!(heads.decide(&lobby(), 0), Decision::Delivered);
}

#[test]
fn an_event_that_came_with_its_hint_is_kept_until_a_poll_has_compared_it() {
    let mut heads = DeliveredHeads::default();
    heads.published(&lobby(), LastEvent::carried(&event(5, 5)));
    (0..3).for_each(|_| heads.begin_poll(&HashSet::new()));
    let [carried] = heads.all_published().try_into().unwrap();
    heads.found(&carried);
    heads.begin_poll(&HashSet::new());
    assert_eq!(heads.all_published(), []);
}

#[test]
fn unused_topics_are_forgotten_after_two_polls() {
    let mut heads = DeliveredHeads::default();
    heads.published(&lobby(), 5);
    heads.begin_poll(&HashSet::new());
    assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered, "somebody may be about to use it");
    heads.begin_poll(&HashSet::from([lobby()]));
    assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered);
    heads.begin_poll(&HashSet::new());
    assert_eq!(heads.decide(&lobby(), 5), Decision::Unknown);
}
