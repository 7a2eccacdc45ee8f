//! One draft that two servers store at once. Locks of PostgreSQL hold their transactions up at the step where they would overtake
//! each other, so that no run depends on luck. A SQLite file has one server.

use super::*;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait,
};
use store::Appended;
use tokio::task::{JoinHandle, yield_now};

/// Holds up batches that create a topic, after they have looked for their drafts.
const LOCK_NEW_TOPICS: &str = "SELECT id FROM store FOR UPDATE";
/// Holds up batches when they insert their events.
const LOCK_INSERTS: &str = "LOCK TABLE event IN SHARE MODE";
/// Holds up batches that have locked their topics, before they look for their drafts.
const LOCK_DRAFTS: &str = "LOCK TABLE event IN ACCESS EXCLUSIVE MODE";
const COUNT_WAITING: &str = "SELECT count(*) AS waiting FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event_type = 'Lock'";

const CONFLICT: Result<Receipt, AppendError> = Err(AppendError::Conflict);

#[tokio::test]
async fn of_one_draft_in_two_new_topics_the_first_is_stored_and_the_other_is_a_conflict() {
    let Some(race) = Race::open().await else { return };
    for first in [0, 1] {
        let message = |name| message_in(name, first, first);
        let held = lock(race.locks.clone(), LOCK_NEW_TOPICS).await;
        let earlier = race.appends_until_blocked(first, message("a"), 1).await;
        let later = race.appends_until_blocked(1 - first, message("b"), 2).await;
        held.commit().await.unwrap();
        assert_eq!([outcome(earlier).await, outcome(later).await], [stored(1), CONFLICT]);
    }
}

#[tokio::test]
async fn of_one_draft_in_two_existing_topics_one_is_stored_and_the_other_is_a_conflict() {
    let Some(race) = Race::open().await else { return };
    for (draft, name) in [(8, "a"), (9, "b")] {
        race.stores[0].checked_append(vec![message_in(name, 0, draft).into()]).await.unwrap();
    }
    for first in [0, 1] {
        let message = |name| message_in(name, 0, first);
        let held = lock(race.locks.clone(), LOCK_INSERTS).await;
        let one = race.appends_until_blocked(first, message("a"), 1).await;
        let other = race.appends_until_blocked(1 - first, message("b"), 2).await;
        held.commit().await.unwrap();
        let outcomes = [outcome(one).await, outcome(other).await];
        let conflicts = outcomes.iter().filter(|outcome| **outcome == CONFLICT).count();
        let is_new = |outcome: &Result<Receipt, AppendError>| outcome.is_ok_and(|receipt| !receipt.duplicate);
        assert!(conflicts == 1 && outcomes.iter().any(is_new), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_draft_that_was_stored_after_the_locks_were_taken_is_found_with_its_new_topic() {
    let Some(race) = Race::open().await else { return };
    let duplicate = Ok(Receipt { seq: 1, duplicate: true });
    for (round, (first, name, expected)) in
        [(0, "a", duplicate), (1, "a", duplicate), (0, "b", CONFLICT), (1, "b", CONFLICT)]
            .into_iter()
            .enumerate()
    {
        let message = |name| message_in(name, round, round);
        let held = lock(race.locks.clone(), LOCK_NEW_TOPICS).await;
        let creates = race.appends_until_blocked(first, message("a"), 1).await;
        // This lock waits for the first batch, which has read the table, and the second batch waits behind it.
        let locking = tokio::spawn(lock(race.locks.clone(), LOCK_DRAFTS));
        race.until_blocked(&locking, 2).await;
        let retries = race.appends_until_blocked(1 - first, message(name), 3).await;
        held.commit().await.unwrap();
        assert_eq!(outcome(creates).await, stored(1), "{round}");
        locking.await.unwrap().commit().await.unwrap();
        assert_eq!(outcome(retries).await, expected, "{round}");
    }
}

/// A batch of one message that is being stored.
type Append = JoinHandle<Result<Appended, DbErr>>;

/// The stores of two servers on one database, and connections that hold locks against them.
struct Race {
    stores: [Store; 2],
    locks: DatabaseConnection,
    _test_database: TestDatabase,
}

impl Race {
    /// Returns `None` where PostgreSQL is not installed.
    async fn open() -> Option<Self> {
        let test_database = testing::postgres()?;
        let stores = [patient_store(&test_database).await, patient_store(&test_database).await];
        let locks = sea_orm::Database::connect(test_database.url()).await.unwrap();
        Some(Self { stores, locks, _test_database: test_database })
    }

    /// Begins to append a message, and returns once `waiting` statements wait for locks, the batch's included.
    async fn appends_until_blocked(&self, server: usize, message: NewMessage, waiting: i64) -> Append {
        let store = self.stores[server].clone();
        let append = tokio::spawn(async move { store.checked_append(vec![message.into()]).await });
        self.until_blocked(&append, waiting).await;
        append
    }

    async fn until_blocked<T>(&self, task: &JoinHandle<T>, waiting: i64) {
        while self.waiting().await < waiting {
            assert!(!task.is_finished(), "nothing has held it up");
            yield_now().await;
        }
    }

    async fn waiting(&self) -> i64 {
        let statement = Statement::from_string(DbBackend::Postgres, COUNT_WAITING);
        let row = self.locks.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "waiting").unwrap()
    }
}

/// Opens the store of a server whose transactions wait for locks without a limit, however busy the machine is.
async fn patient_store(test_database: &TestDatabase) -> Store {
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    // The only connection that appends keeps these settings.
    let session = database.begin_append().await.unwrap();
    let settings = "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";
    session.execute_unprepared(settings).await.unwrap();
    session.commit().await.unwrap();
    Store::open(database, &limits("")).await.unwrap()
}

/// Begins a transaction that holds a lock.
async fn lock(locks: DatabaseConnection, sql: &'static str) -> DatabaseTransaction {
    let transaction = locks.begin().await.unwrap();
    transaction.execute_unprepared(sql).await.unwrap();
    transaction
}

async fn outcome(append: Append) -> Result<Receipt, AppendError> {
    append.await.unwrap().unwrap().outcomes[0]
}

/// A message in the topic of this name and round.
fn message_in(name: &str, round: usize, draft: usize) -> NewMessage {
    NewMessage { topic: topic(&format!("{name}{round}")), ..message_by(1, draft as u128, "x") }
}
