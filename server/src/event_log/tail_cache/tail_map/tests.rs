use app::protocol::{Action, Author, DraftId, EventKind, Name, Timestamp, UserId};
use clap::Parser;
use testing::TestDatabase;
use uuid::Uuid;

use super::*;
use crate::{
    config::{Cli, Command},
    database::Database,
    event_log::NewEvent,
};

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn cached(tails: &TailMap) -> Vec<String> {
    tails.entries.lock().iter().map(|(topic, _)| topic.to_string()).collect()
}

#[test]
fn the_topic_whose_last_read_is_the_longest_ago_is_evicted() {
    let tails = TailMap::new(3, 10);
    for read in ["a", "b", "c", "a"] {
        tails.entry(&topic(read));
    }
    assert_eq!(cached(&tails), ["b", "c", "a"]);
    // Only reads count as uses, so a topic with commits and no readers is evicted first.
    tails.committed(&topic("b"), &[]);
    assert_eq!(tails.identity_at(&topic("b"), 1), None);
    tails.entry(&topic("d"));
    assert_eq!(cached(&tails), ["c", "a", "d"]);
}

fn message(seq: u64) -> Event {
    let author = Author { user: UserId(Uuid::nil()), name: Name::anonymous(), unverified: false };
    let draft = DraftId(Uuid::from_u128(seq.into()));
    let kind = EventKind::message(draft, format!("message {seq}"));
    Event { topic: topic("lobby"), seq, at: Timestamp(0), author, kind }
}

/// A store with two messages in the lobby.
async fn store(test_database: &TestDatabase) -> Store {
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
        panic!("chorus serves")
    };
    let store = Store::open(database, &settings.limits).await.unwrap();
    let events = [1, 2].map(message).map(|Event { topic, author, kind, .. }| {
        let action = Action::Publish { body: "hi".to_owned(), reply_to: None };
        NewEvent::unchecked(topic, author, kind.draft().unwrap(), action)
    });
    store.append(&mut store.writer_lease(), events.into()).await.unwrap();
    store
}

/// The newest messages of the lobby.
async fn newest(tails: &TailMap, store: &Store) -> Vec<u64> {
    match tails.tail(store, &topic("lobby"), 10).await.unwrap() {
        TailLookup::Hit(page) => page.events.iter().map(|event| event.seq).collect(),
        miss => panic!("{miss:?}"),
    }
}

#[tokio::test]
async fn events_that_are_committed_during_a_load_follow_the_loaded_ones() {
    let test_database = testing::sqlite();
    let store = store(&test_database).await;
    let tails = TailMap::new(3, 10);
    // A load begins with the entry. These events come too late for it, so the store lacks them here.
    tails.entry(&topic("lobby"));
    tails.committed(&topic("lobby"), &[message(3), message(4)]);
    assert_eq!(newest(&tails, &store).await, [1, 2, 3, 4]);
    let drafts = [1, 4, 5].map(|seq| Some(tails.identity_at(&topic("lobby"), seq)?.draft));
    assert_eq!(drafts, [message(1).kind.draft(), message(4).kind.draft(), None]);
}

#[tokio::test]
async fn after_a_gap_in_the_committed_events_the_topic_is_loaded_again() {
    let test_database = testing::sqlite();
    let store = store(&test_database).await;
    let tails = TailMap::new(3, 10);
    assert_eq!(newest(&tails, &store).await, [1, 2]);
    tails.committed(&topic("lobby"), &[message(3)]);
    assert_eq!(cached(&tails), ["lobby"]);
    tails.committed(&topic("lobby"), &[message(5)]);
    assert_eq!(cached(&tails), [""; 0]);
    assert_eq!(newest(&tails, &store).await, [1, 2]);

    tails.invalidate(&topic("lobby"));
    tails.entry(&topic("lobby"));
    tails.committed(&topic("lobby"), &[message(4)]);
    assert_eq!(newest(&tails, &store).await, [1, 2]);
}

#[tokio::test]
async fn a_load_during_which_more_events_are_committed_than_fit_is_not_used() {
    let tails = TailMap::new(3, 2);
    let loading = tails.entry(&topic("lobby"));
    tails.committed(&topic("lobby"), &[message(3), message(4)]);
    assert_eq!((cached(&tails).len(), loading.state.lock().is_invalid), (1, false));
    tails.committed(&topic("lobby"), &[message(5)]);
    assert_eq!((cached(&tails).len(), loading.state.lock().is_invalid), (0, true));
}
