use std::sync::Arc;

use app::protocol::{Author, DraftId, Emoji, Epoch, Name, Timestamp, UserId};
use uuid::Uuid;

use super::*;

fn event(seq: u64, kind: impl Fn(DraftId) -> EventKind) -> Event {
    let draft = DraftId(Uuid::from_u128(seq.into()));
    let author = Author { user: UserId(Uuid::nil()), name: Name::anonymous(), unverified: false };
    Event { topic: "lobby".parse().unwrap(), seq, at: Timestamp(0), author, kind: kind(draft) }
}

fn message(seq: u64) -> Event {
    event(seq, |draft| EventKind::message(draft, format!("m{seq}")))
}

fn edit(seq: u64, message: u64, body: &str) -> Event {
    event(seq, |draft| EventKind::Edit {
        draft,
        message,
        body: Some(body.to_owned()),
        html: Some(format!("<p>{body}</p>")),
        mentions: vec![UserId(Uuid::nil())],
    })
}

fn deletion(seq: u64, message: u64) -> Event {
    event(seq, |draft| EventKind::Deletion { draft, message })
}

fn reaction(seq: u64, message: u64) -> Event {
    let emoji = Emoji::try_from("👍".to_owned()).unwrap();
    event(seq, |draft| EventKind::Reaction { draft, message, emoji: emoji.clone(), on: true })
}

/// The tail of a log of these events, of which it may keep `max_events`.
fn tail(events: impl IntoIterator<Item = Event>, max_events: usize) -> TopicTail {
    let epoch = Epoch("a".to_owned());
    let empty = Page { epoch, head: 0, from: 1, to: 0, events: Vec::new(), about: Arc::default() };
    let mut tail = TopicTail::new(empty, max_events, 1_000);
    assert!(events.into_iter().all(|event| tail.push(&event)));
    tail
}

fn seqs(page: &Page) -> (u64, u64, Vec<u64>) {
    (page.from, page.to, page.events.iter().map(|event| event.seq).collect())
}

fn texts(page: &Page) -> Vec<Option<String>> {
    let text = |event: &Event| match &event.kind {
        EventKind::Message { body, .. } => Some(body.clone()),
        EventKind::Edit { body, .. } => body.clone(),
        _ => None,
    };
    page.events.iter().map(text).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_read_from_before_the_cached_events_is_a_miss() {
    let log = tail((1..=10).map(message), 4);
    assert_eq!(seqs(&log.since(6, 100).unwrap()), (7, 10, vec![7, 8, 9, 10]));
    assert_eq!(seqs(&log.since(7, 2).unwrap()), (8, 9, vec![8, 9]));
    assert_eq!(seqs(&log.since(10, 100).unwrap()), (11, 10, vec![]));
    assert_eq!(seqs(&log.since(99, 100).unwrap()), (11, 10, vec![]));
    assert_eq!(log.since(5, 100), None);
}

#[test]
fn a_tail_holds_messages_only_and_starts_at_1_when_there_are_no_older_ones() {
    let log = tail([message(1), message(2), reaction(3, 1), message(4), reaction(5, 4)], 10);
    assert_eq!(seqs(&log.tail(2).unwrap()), (2, 5, vec![2, 4]));
    assert_eq!(seqs(&log.tail(3).unwrap()), (1, 5, vec![1, 2, 4]));
    assert_eq!(seqs(&log.tail(30).unwrap()), (1, 5, vec![1, 2, 4]));
    assert_eq!(seqs(&log.tail(0).unwrap()), (6, 5, vec![]));
    assert_eq!(seqs(&tail([], 10).tail(30).unwrap()), (1, 0, vec![]));
    let late = tail((1..=6).map(message), 3);
    assert_eq!(seqs(&late.tail(3).unwrap()), (4, 6, vec![4, 5, 6]));
    assert_eq!(late.tail(4), None);
}

#[test]
fn a_duplicate_event_is_ignored_and_a_gap_is_reported() {
    let mut log = tail((1..=3).map(message), 10);
    assert!(log.push(&message(2)) && log.push(&message(3)));
    assert!(!log.push(&message(5)));
    assert_eq!(log.head(), 3);
}

#[test]
fn edited_and_deleted_texts_are_removed_from_memory() {
    let mut log = tail([message(1), edit(2, 1, "second"), edit(3, 1, "third")], 10);
    assert_eq!(texts(&log.since(0, 10).unwrap()), [some("third"), None, some("third")]);
    assert!(log.push(&deletion(4, 1)));
    assert_eq!(texts(&log.since(0, 10).unwrap()), [some(""), None, None, None]);
    assert_eq!(log.bytes, 0);
    for event in log.since(0, 10).unwrap().events {
        if let EventKind::Edit { html, mentions, .. } = event.kind {
            assert_eq!((html, mentions), (None, Vec::new()), "rendered text and mentions go with the text");
        }
    }
}

#[test]
fn reactions_are_part_of_messages_in_a_tail_and_events_of_their_own_in_a_resume() {
    let reactions = |page: &Page| match &page.events[0].kind {
        EventKind::Message { reactions, .. } => reactions.len(),
        other => panic!("{other:?}"),
    };
    let log = tail([message(1), reaction(2, 1)], 10);
    assert_eq!(reactions(&log.tail(10).unwrap()), 1);
    assert_eq!(reactions(&log.since(0, 10).unwrap()), 0);
}

#[test]
fn fewer_events_are_cached_when_they_are_long() {
    let long = |seq| event(seq, |draft| EventKind::message(draft, "x".repeat(400)));
    let log = tail((1..=5).map(long), 10);
    assert_eq!((log.events.len(), log.bytes), (2, 800));
    let page = Page { from: 1, to: 5, head: 5, events: (1..=5).map(long).collect(), ..log.page };
    let log = TopicTail::new(page, 10, 1_000);
    assert_eq!((log.from(), log.events.len(), log.bytes), (4, 2, 800));
    let quarter = |seq| event(seq, |draft| EventKind::message(draft, "x".repeat(250)));
    assert_eq!(tail((1..=5).map(quarter), 10).events.len(), 4, "as many as fit");
}

#[test]
fn a_tail_of_a_whole_log_starts_at_1_also_where_that_event_is_no_message() {
    let describe = event(1, |draft| EventKind::About { draft, about: Default::default() });
    assert_eq!(seqs(&tail([describe.clone()], 10).tail(5).unwrap()), (1, 1, vec![]));
    assert_eq!(seqs(&tail([describe, message(2)], 10).tail(5).unwrap()), (1, 2, vec![2]));
}

#[test]
fn an_edit_removes_earlier_edits_of_its_own_message_only() {
    let log = tail([message(1), message(2), edit(3, 1, "one"), edit(4, 2, "two")], 10);
    assert_eq!(texts(&log.since(2, 10).unwrap()), [some("one"), some("two")]);
}

#[test]
fn the_identities_of_cached_events_are_found() {
    let log = tail((1..=6).map(message), 3);
    let identities = [3, 4, 6, 7].map(|seq| log.identity_at(seq));
    assert_eq!(identities, [None, message(4).identity(), message(6).identity(), None]);
}

#[test]
fn a_page_has_the_current_title_of_the_topic() {
    let about = |title: &str| app::protocol::About::parse(title, "").unwrap();
    let describe = |seq, title: &str| event(seq, |draft| EventKind::About { draft, about: about(title) });
    let mut log = tail([describe(1, "Tea"), message(2)], 10);
    assert_eq!(log.tail(1).unwrap().about.as_ref(), &about("Tea"));
    assert!(log.push(&describe(3, "Coffee")));
    assert_eq!(log.since(2, 10).unwrap().about.as_ref(), &about("Coffee"));
}
