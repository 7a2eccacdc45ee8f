//! The differential test of the two append paths: random histories leave the same rows in all tables, and get the same
//! receipts, whether batches take the fast path where they can or the checked one only.
//!
//! `APPEND_SEED=n` runs that history alone.

use super::*;
use crate::clock::now;
use app::protocol::{About, AboutChange, AboutFields, Emoji, RenderedText, Timestamp};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, Statement};
use store::{Appended, FastAppend};
use testing::Random;

const HISTORIES: u64 = 25;
const BATCHES: usize = 30;
const SETTINGS: &str = "--max-topics 2 --max-reactions 3 --max-reactions-per-person 2";
/// More names than there may be topics; the last one is rare.
const TOPICS: [&str; 3] = ["lobby", "tea", "one.too.many"];
const WORDS: [&str; 6] = ["tea", "Café", "C++", "👍", "hot\nwater", ""];

#[tokio::test]
async fn both_append_paths_store_the_same_rows_and_return_the_same_receipts() {
    let seed = std::env::var("APPEND_SEED").ok().and_then(|seed| seed.parse().ok());
    let first = seed.unwrap_or_else(|| now().0);
    let mut counts = PathCounts::default();
    for seed in first..first + if seed.is_some() { 1 } else { HISTORIES } {
        compare_history(seed, &mut counts).await;
    }
    // With few batches on the fast path, the test would compare the checked path with itself.
    assert!(seed.is_some() || (counts.fast > 100 && counts.checked > 100), "{counts:?}");
}

/// The number of batches that each path stored.
#[derive(Debug, Default)]
struct PathCounts {
    fast: usize,
    checked: usize,
}

async fn compare_history(seed: u64, counts: &mut PathCounts) {
    let fast = TestStore::open().await;
    let checked = TestStore::open().await;
    let mut history = History::new(seed);
    for n in 0..BATCHES {
        let batch = history.next_batch();
        let time = history.next_time();
        [&fast, &checked].into_iter().for_each(|side| side.store.faults.set_time(time));
        let actual = fast.append(batch.clone(), counts).await;
        let expected = checked.store.checked_append(batch.clone()).await.unwrap();
        assert_eq!(actual.outcomes, expected.outcomes, "APPEND_SEED={seed}, batch {n}: {batch:#?}");
        assert_eq!(actual.events, expected.events, "APPEND_SEED={seed}, batch {n}");
        if history.random.one_in(8) || n + 1 == BATCHES {
            fast.index().await;
            checked.index().await;
        }
        if history.random.one_in(8) || n + 1 == BATCHES {
            assert_eq!(fast.rows().await, checked.rows().await, "APPEND_SEED={seed}, batch {n}: {batch:#?}");
        }
    }
}

/// A store without committer or background tasks.
struct TestStore {
    store: Store,
    database: Database,
    _test_database: TestDatabase,
}

impl TestStore {
    async fn open() -> Self {
        let test_database = testing::sqlite();
        let database = Database::open(test_database.url()).await.unwrap();
        database.migrate().await.unwrap();
        // The epoch would be random.
        let row = entity::store::ActiveModel { id: Set(entity::store::ONLY_ID), epoch: Set("e".to_owned()) };
        entity::store::Entity::insert(row).exec_without_returning(database.write()).await.unwrap();
        let store = Store::open(database.clone(), &limits(SETTINGS)).await.unwrap();
        Self { store, database, _test_database: test_database }
    }

    /// Appends as [`Store::append`] does, and counts the path.
    async fn append(&self, batch: Vec<NewEvent>, counts: &mut PathCounts) -> Appended {
        let mut lease = self.store.writer_lease();
        match self.store.fast_append(&mut lease, batch).await.unwrap() {
            FastAppend::Appended(appended) => {
                counts.fast += 1;
                appended
            }
            FastAppend::NeedsChecks(events) => {
                counts.checked += 1;
                lease.release();
                self.store.checked_append(events).await.unwrap()
            }
        }
    }

    /// Writes the deferred search index.
    async fn index(&self) {
        while self.store.index_deferred().await.unwrap().is_some() {}
    }

    /// Returns all rows of all tables, each table's in order, the search index included.
    async fn rows(&self) -> Vec<String> {
        // The full-text table has no rows that can be listed; `search_word` lists its words.
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' \
            AND name NOT IN ('search', 'seaql_migrations')";
        let mut rows = Vec::new();
        for table in self.select(tables).await {
            let columns = self.select(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let values: Vec<String> =
                columns.iter().map(|column| format!("'{column}=' || quote(\"{column}\")")).collect();
            let values = values.join(" || ' ' || ");
            rows.extend(
                self.select(&format!(
                    "SELECT '{table}: ' || {values} AS name FROM \"{table}\" ORDER BY name"
                ))
                .await,
            );
        }
        rows
    }

    async fn select(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        let rows = self.database.read().query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
    }
}

/// A generator of batches: mostly valid events, some that must be refused.
struct History {
    random: Random,
    /// All events so far, to be repeated.
    tried: Vec<NewEvent>,
    time: u64,
}

impl History {
    fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), tried: Vec::new(), time: 1_700_000_000_000 }
    }

    /// Several batches may share a millisecond.
    fn next_time(&mut self) -> Timestamp {
        self.time += self.random.below(3) as u64;
        Timestamp(self.time)
    }

    fn next_batch(&mut self) -> Vec<NewEvent> {
        // Other actions keep a batch from the fast path.
        let has_changes = self.random.one_in(3);
        let max_len = if self.random.one_in(8) { 40 } else { 5 };
        let len = 1 + self.random.below(max_len);
        (0..len).map(|_| self.next_event(has_changes)).collect()
    }

    /// Returns a new event, a retry of an earlier one, or other content under its draft.
    fn next_event(&mut self, has_changes: bool) -> NewEvent {
        let fresh = self.fresh_event(has_changes);
        let earlier = self.tried.iter().rev().nth(self.random.below(20)).cloned();
        let event = match (self.random.below(40), earlier) {
            (0, Some(earlier)) => earlier,
            (1, Some(earlier)) => NewEvent { author: earlier.author, draft: earlier.draft, ..fresh },
            _ => fresh,
        };
        self.tried.push(event.clone());
        event
    }

    fn fresh_event(&mut self, has_changes: bool) -> NewEvent {
        let topic = topic(if self.random.one_in(100) { TOPICS[2] } else { TOPICS[self.random.below(2)] });
        let user = 1 + self.random.below(3) as u128;
        let message = message_by(user, self.random.next().into(), "");
        let action = if has_changes { self.action() } else { self.publish() };
        let has_text = matches!(action, Action::Publish { .. } | Action::Edit { .. });
        let rendered = if has_text { self.rendered() } else { RenderedText::default() };
        NewEvent { topic, action, rendered, ..message.into() }
    }

    fn publish(&mut self) -> Action {
        let reply_to = self.random.one_in(6).then(|| self.random.below(60) as u64);
        Action::Publish { body: self.body(), reply_to }
    }

    fn action(&mut self) -> Action {
        let message = self.random.below(40) as u64;
        // The first change of a message names the message itself.
        let revision = if self.random.one_in(4) { self.random.below(80) as u64 } else { message };
        match self.random.below(10) {
            0..3 => self.publish(),
            3..5 => Action::Edit { message, revision, body: self.body() },
            5 => Action::Delete { message, revision },
            6..9 => {
                let emoji = Emoji::try_from(self.random.one_of(&["👍", "🎉"]).to_owned()).unwrap();
                Action::React { message, emoji, on: !self.random.one_in(3) }
            }
            _ => {
                let about = About::parse(&self.body().replace('\n', " "), "Hot.").unwrap_or_default();
                let parts = [AboutFields::Both, AboutFields::Title, AboutFields::Description];
                let change = AboutChange { about, part: self.random.one_of(&parts) };
                Action::Describe { change, new: self.random.one_in(4) }
            }
        }
    }

    fn body(&mut self) -> String {
        let words: Vec<&str> = (0..=self.random.below(3)).map(|_| self.random.one_of(&WORDS)).collect();
        words.join(" ")
    }

    /// People may be mentioned twice.
    fn rendered(&mut self) -> RenderedText {
        let html = self.random.one_in(2).then(|| "<p>tea</p>".to_owned());
        let people = if self.random.one_in(3) { self.random.below(4) } else { 0 };
        let mentions = (0..people).map(|_| UserId(Uuid::from_u128(self.random.below(3) as u128)));
        RenderedText { html, mentions: mentions.collect() }
    }
}
