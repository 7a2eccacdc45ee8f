use app::protocol::{Action, Author, DraftId, EventKind, Name, UserId};
use clap::Parser;
use futures::poll;
use sea_orm::TransactionTrait;
use std::pin::pin;
use testing::TestDatabase;
use tokio::sync::Semaphore;

use super::*;
use crate::{
    config::{Cli, Command},
    database::{Database, MAX_READ_CONNECTIONS},
    event_log::NewEvent,
};

testing::for_each_database!(
    a_full_page_is_read_once_for_callers_a_moment_later,
    a_changed_text_is_read_again,
    a_page_with_room_is_read_again,
    a_caller_after_a_deletion_does_not_share_a_read_from_before_it,
    callers_that_know_of_different_heads_share_no_read,
    a_panic_in_a_read_is_an_error_for_every_caller_and_the_next_read_works,
    reads_whose_callers_were_dropped_keep_no_connection_and_no_entry,
    a_tail_holds_nothing_from_after_its_head,
    a_finished_read_is_not_shared_with_later_callers,
);

/// A store, and the shared reads of it.
struct Fixture {
    database: Database,
    store: Store,
    reads: SingleFlight,
    _test_database: TestDatabase,
}

/// A store with these messages in the lobby.
async fn fixture(test_database: TestDatabase, bodies: &[&str]) -> Fixture {
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
        panic!("chorus serves")
    };
    let store = Store::open(database.clone(), &settings.limits).await.unwrap();
    let fixture = Fixture { database, store, reads: SingleFlight::default(), _test_database: test_database };
    for body in bodies {
        fixture.publish(body).await;
    }
    fixture
}

fn lobby() -> TopicName {
    "lobby".parse().unwrap()
}

fn key() -> Key {
    Key { topic: lobby(), after: 0, count: 2, head: 0 }
}

fn texts(page: &Page) -> Vec<&str> {
    page.events.iter().map(text).collect()
}

fn text(event: &Event) -> &str {
    match &event.kind {
        EventKind::Message { body, .. } => body,
        _ => "",
    }
}

impl Fixture {
    /// Stores an event and reports its commit.
    async fn append(&self, action: Action) {
        let author = Author { user: UserId(uuid::Uuid::nil()), name: Name::anonymous(), unverified: false };
        let event = NewEvent::unchecked(lobby(), author, DraftId::fresh(), action);
        let appended = self.store.append(&mut self.store.writer_lease(), vec![event]).await.unwrap();
        self.reads.committed(&lobby(), &appended.events);
    }

    async fn publish(&self, body: &str) {
        self.append(Action::Publish { body: body.to_owned(), reply_to: None }).await;
    }

    async fn since(&self) -> Result<Page, ReadError> {
        self.reads.since(&self.store, key()).await
    }

    /// Asserts the texts of the first two events; returns how many pages were read from the store.
    async fn reads(&self, expected: &[&str]) -> u64 {
        let before = self.store.reads();
        assert_eq!(texts(&self.since().await.unwrap()), expected);
        self.store.reads() - before
    }

    /// Waits until this many pages were read from the store.
    async fn has_read(&self, pages: u64) {
        while self.store.reads() < pages {
            tokio::task::yield_now().await;
        }
    }

    /// Asserts that every read connection is free.
    async fn all_connections_are_free(&self) {
        let mut held = Vec::new();
        for _ in 0..MAX_READ_CONNECTIONS {
            held.push(self.database.read().pool().begin().await.expect("a connection is free"));
        }
    }
}

async fn a_full_page_is_read_once_for_callers_a_moment_later(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two", "three"]).await;
    assert_eq!(fixture.reads(&["one", "two"]).await, 1);
    fixture.publish("four").await;
    assert_eq!(fixture.reads(&["one", "two"]).await, 0);
}

async fn a_changed_text_is_read_again(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two"]).await;
    fixture.reads(&["one", "two"]).await;
    fixture.append(Action::Edit { message: 1, revision: 1, body: "best".to_owned() }).await;
    assert_eq!(fixture.reads(&["best", "two"]).await, 1);
    fixture.append(Action::Delete { message: 1, revision: 3 }).await;
    assert_eq!(fixture.reads(&["", "two"]).await, 1);
}

async fn a_page_with_room_is_read_again(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one"]).await;
    fixture.reads(&["one"]).await;
    fixture.publish("two").await;
    assert_eq!(fixture.reads(&["one", "two"]).await, 1);
}

async fn a_caller_after_a_deletion_does_not_share_a_read_from_before_it(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two"]).await;
    let go_on = Arc::new(Semaphore::new(0));
    let before = fixture.store.reads();
    fixture.store.faults.hold_next_read(&go_on);
    let mut early = pin!(fixture.since());
    assert!(poll!(&mut early).is_pending());
    // The early read has the old text, and is held with it.
    fixture.has_read(before + 1).await;
    fixture.store.faults.read_is_held().await;
    fixture.append(Action::Delete { message: 1, revision: 1 }).await;
    assert_eq!(fixture.reads(&["", "two"]).await, 1);
    go_on.add_permits(1);
    assert_eq!(texts(&early.await.unwrap()), ["one", "two"]);
    // The earlier page is not kept for reuse either.
    assert_eq!(texts(&fixture.since().await.unwrap()), ["", "two"]);
}

async fn callers_that_know_of_different_heads_share_no_read(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two"]).await;
    let at = |head| fixture.reads.since(&fixture.store, Key { head, ..key() });
    let before = fixture.store.reads();
    at(2).await.unwrap();
    at(2).await.unwrap();
    assert_eq!(fixture.store.reads() - before, 1);
    at(3).await.unwrap();
    assert_eq!(fixture.store.reads() - before, 2, "another process may have stored a deletion as event 3");
}

async fn a_panic_in_a_read_is_an_error_for_every_caller_and_the_next_read_works(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two"]).await;
    fixture.store.faults.next_read_panics();
    let (first, second) = tokio::join!(fixture.since(), fixture.since());
    assert!(first.is_err() && second.is_err());
    assert_eq!(fixture.reads.in_flight(), 0);
    assert_eq!(fixture.reads(&["one", "two"]).await, 1);
}

/// Polls a future `polls` times and drops it; returns whether it was ready before that.
async fn dropped_after(polls: u64, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut polled = 0;
    std::future::poll_fn(|cx| {
        polled += 1;
        let ready = future.as_mut().poll(cx).map(|_| true);
        if ready.is_pending() && polled >= polls { std::task::Poll::Ready(false) } else { ready }
    })
    .await
}

async fn reads_whose_callers_were_dropped_keep_no_connection_and_no_entry(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two"]).await;
    for polls in 1.. {
        // There are more callers than connections, and two callers for each page.
        let callers = (0..2 * MAX_READ_CONNECTIONS as u64 * 2).map(|n| {
            let key = Key { after: n / 2, ..key() };
            dropped_after(polls, fixture.reads.since(&fixture.store, key))
        });
        let finished = futures::future::join_all(callers).await;
        assert_eq!(fixture.reads.in_flight(), 0, "after {polls} polls");
        fixture.all_connections_are_free().await;
        fixture.reads.invalidate(&lobby());
        if finished.iter().all(|finished| *finished) {
            break;
        }
    }
    assert_eq!(fixture.reads(&["one", "two"]).await, 1);
}

async fn a_tail_holds_nothing_from_after_its_head(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one", "two"]).await;
    let go_on = Arc::new(Semaphore::new(0));
    fixture.store.faults.hold_next_read(&go_on);
    let topic = lobby();
    let mut early = pin!(fixture.store.tail(&topic, 2));
    let held = fixture.store.faults.read_is_held();
    // The read has the head, and is held with it.
    tokio::select! {
        _ = &mut early => panic!("it is held"),
        () = held => {}
    }
    fixture.append(Action::Edit { message: 1, revision: 1, body: "later".to_owned() }).await;
    go_on.add_permits(1);
    let page = early.await.unwrap();
    assert_eq!((page.head, texts(&page)), (2, vec!["one", "two"]));
}

async fn a_finished_read_is_not_shared_with_later_callers(test_database: TestDatabase) {
    let fixture = fixture(test_database, &["one"]).await;
    let go_on = Arc::new(Semaphore::new(0));
    fixture.store.faults.hold_next_read(&go_on);
    let mut slow = pin!(fixture.since());
    assert!(poll!(&mut slow).is_pending());
    let quick = async {
        fixture.store.faults.read_is_held().await;
        go_on.add_permits(1);
        fixture.since().await
    };
    assert_eq!(texts(&quick.await.unwrap()), ["one"]);
    fixture.publish("two").await;
    // The slow caller has not taken its page yet, and so the read still exists.
    assert_eq!(fixture.reads(&["one", "two"]).await, 1);
    assert_eq!(texts(&slow.await.unwrap()), ["one"]);
}

#[tokio::test]
async fn the_newest_pages_are_reused_for_a_second() {
    let pages = MAX_REUSED_PAGES as u64 + 2;
    let bodies = vec!["x"; pages as usize + 2];
    let fixture = fixture(testing::sqlite(), &bodies).await;
    for after in 0..pages {
        fixture.reads.since(&fixture.store, Key { after, ..key() }).await.unwrap();
    }
    let mut state = fixture.reads.state.lock();
    let kept: Vec<u64> = state.pages.iter().map(|(_, key, _)| key.after).collect();
    assert_eq!(kept, Vec::from_iter(2..pages));
    let newest = Key { after: pages - 1, ..key() };
    for (read_at, ..) in &mut state.pages {
        *read_at = Instant::now();
    }
    assert!(state.reusable_page(&newest).is_some());
    for (read_at, ..) in &mut state.pages {
        *read_at -= REUSE_TIME;
    }
    assert!(state.reusable_page(&newest).is_none());
}
