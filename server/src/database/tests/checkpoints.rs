//! Checkpoints and preallocation of the write-ahead log.

use std::{
    io::Read,
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::{
    TransactionTrait,
    sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions},
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::database::{
    checkpoint::{CheckpointOutcome, CheckpointSchedule},
    sqlite,
    wal_preallocate::preallocate,
};

fn wal_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", file.display()))
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |file| file.len())
}

/// Writes about 100 kB.
async fn write_100_kb(database: &Database) {
    let insert = "INSERT INTO pile SELECT hex(randomblob(50000))";
    database.write().execute_unprepared(insert).await.unwrap();
}

/// A database with a table for `write_100_kb`.
async fn database_with_pile(place: &TestDatabase) -> Database {
    let database = Database::open(place.url()).await.unwrap();
    database.write().execute_unprepared("CREATE TABLE pile (text TEXT NOT NULL)").await.unwrap();
    database
}

#[tokio::test]
async fn the_writer_makes_no_checkpoint_and_closing_the_database_moves_everything_into_the_file() {
    let place = testing::sqlite();
    let database = database_with_pile(&place).await;
    let file = place.file().unwrap();
    let before = length(&file);
    for _ in 0..100 {
        write_100_kb(&database).await;
    }
    assert_eq!(length(&file), before, "the writer only appends to its log");
    assert!(length(&wal_of(&file)) > 10_000_000);
    // SQLite makes a checkpoint by itself when the last connection is closed. Another one is kept open.
    let other = Database::open(place.url()).await.unwrap();
    database.close().await;
    assert_eq!(length(&wal_of(&file)), 0);
    assert!(length(&file) > 10_000_000);
    other.close().await;
}

#[tokio::test]
async fn under_load_the_write_ahead_log_stays_short() {
    let place = testing::sqlite();
    let database = database_with_pile(&place).await;
    let wal = wal_of(&place.file().unwrap());
    let drain = CancellationToken::new();
    let schedule = CheckpointSchedule {
        poll_interval: Duration::from_millis(1),
        preallocate_interval: Duration::from_secs(3_600),
        retry_interval: Duration::ZERO,
        max_wal_bytes: 1_000_000,
        min_wal_bytes: 500_000,
    };
    let checkpoints = database.checkpointer().await.unwrap().unwrap().with_schedule(schedule);
    let running = tokio::spawn(checkpoints.run(drain.clone()));
    let mut longest = 0;
    for _ in 0..600 {
        write_100_kb(&database).await;
        longest = longest.max(length(&wal));
    }
    assert!(longest < 20_000_000, "60 MB were written, and the log became {longest} bytes long");
    assert!(length(&wal) > 0, "a restarted log keeps its length");
    drain.cancel();
    running.await.unwrap();
    database.close().await;
}

/// Polls all the time, and preallocates after each write.
const EAGER_SCHEDULE: CheckpointSchedule = CheckpointSchedule {
    poll_interval: Duration::from_millis(1),
    preallocate_interval: Duration::ZERO,
    retry_interval: Duration::ZERO,
    max_wal_bytes: 1_000_000,
    min_wal_bytes: 500_000,
};

/// Whether a log consists of this many zeros.
fn is_preallocated(wal: &Path, length: u64) -> bool {
    let bytes = std::fs::read(wal).unwrap_or_default();
    bytes.len() as u64 == length && bytes.iter().all(|byte| *byte == 0)
}

async fn wait_until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_checkpoint_that_does_not_complete_is_retried() {
    let place = testing::sqlite();
    let database = database_with_pile(&place).await;
    let wal = wal_of(&place.file().unwrap());
    let drain = CancellationToken::new();
    // The log cannot be restarted during a long read.
    let reading = database.read().pool().begin().await.unwrap();
    reading.execute_unprepared("SELECT count(*) FROM pile").await.unwrap();
    let running = tokio::spawn(
        database.checkpointer().await.unwrap().unwrap().with_schedule(EAGER_SCHEDULE).run(drain.clone()),
    );
    for _ in 0..20 {
        write_100_kb(&database).await;
    }
    assert!(length(&wal) > 1_000_000);
    reading.commit().await.unwrap();
    wait_until(|| is_preallocated(&wal, EAGER_SCHEDULE.max_wal_bytes)).await;
    drain.cancel();
    running.await.unwrap();
    database.close().await;
}

/// `PRAGMA wal_checkpoint` returns whether it was blocked, and the number of pages: -1 when it could not look at the log.
#[test]
fn only_a_log_that_is_known_to_be_empty_is_preallocated() {
    let is_empty = |busy, pages| CheckpointOutcome::new(busy, pages).is_some_and(|done| done.is_empty());
    assert!(is_empty(0, 0));
    for (busy, pages) in [(1, -1), (0, -1), (1, 0), (0, 3)] {
        assert!(!is_empty(busy, pages), "{busy}, {pages}");
    }
}

/// A shutdown that runs out of time drops all tasks, while blocking threads go on.
#[tokio::test]
async fn nobody_writes_during_preallocation_even_when_its_task_was_dropped() {
    let place = testing::sqlite();
    let database = database_with_pile(&place).await;
    // A pipe in place of the log: writing blocks until the pipe is read.
    let pipe = place.folder().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let lock =
        sqlite::lock_for_writing(sqlite::acquire(database.write().pool()).await.unwrap()).await.unwrap();
    let filling = tokio::spawn({
        let pipe = pipe.clone();
        async move { preallocate(&pipe, EAGER_SCHEDULE.min_wal_bytes, lock).await }
    });
    let mut reader = tokio::task::spawn_blocking(move || std::fs::File::open(pipe)).await.unwrap().unwrap();
    filling.abort();
    assert!(filling.await.is_err_and(|error| error.is_cancelled()), "the task was dropped");
    let options = SqliteConnectOptions::from_str(place.url()).unwrap().busy_timeout(Duration::ZERO);
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    assert!(
        other.begin_with("BEGIN IMMEDIATE").await.is_err(),
        "the lock is held until the last zero is written"
    );
    let read = tokio::task::spawn_blocking(move || {
        let mut zeros = Vec::new();
        reader.read_to_end(&mut zeros).map(|_| zeros.len())
    });
    assert_eq!(read.await.unwrap().unwrap() as u64, EAGER_SCHEDULE.min_wal_bytes);
    let free = async { while other.begin_with("BEGIN IMMEDIATE").await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(30), free).await.unwrap();
}

#[tokio::test]
async fn the_log_is_found_behind_a_symbolic_link() {
    let place = testing::sqlite();
    let database = database_with_pile(&place).await;
    let file = place.file().unwrap();
    let link = file.with_file_name("a link.db");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let linked = Database::open(&format!("sqlite://{}", link.display()).replace(' ', "%20")).await.unwrap();
    let wal = sqlite::wal_of(linked.write().pool()).await.unwrap();
    assert_eq!(wal.canonicalize().unwrap(), wal_of(&file).canonicalize().unwrap());
    linked.close().await;
    database.close().await;
}

#[tokio::test]
async fn a_preallocated_log_contains_no_deleted_text_and_keeps_what_is_written_over_it() {
    let place = testing::sqlite();
    let database = with_words(&place).await;
    let file = place.file().unwrap();
    let wal = wal_of(&file);
    let drain = CancellationToken::new();
    let write = async |text: &str| database.write().execute_unprepared(text).await.unwrap();
    let checkpoints = database.checkpointer().await.unwrap().unwrap();
    write("INSERT INTO word VALUES ('a secret'), ('kept')").await;
    write("DELETE FROM word WHERE text = 'a secret'").await;
    let contains_secret =
        |file: &Path| std::fs::read(file).unwrap().windows(8).any(|bytes| bytes == b"a secret");
    assert!(contains_secret(&wal));
    let running = tokio::spawn(checkpoints.with_schedule(EAGER_SCHEDULE).run(drain.clone()));
    wait_until(|| is_preallocated(&wal, EAGER_SCHEDULE.min_wal_bytes)).await;
    drain.cancel();
    running.await.unwrap();
    assert!(!contains_secret(&wal) && !contains_secret(&file));
    write("INSERT INTO word VALUES ('over it')").await;
    assert_eq!(length(&wal), EAGER_SCHEDULE.min_wal_bytes, "the log does not grow");
    // Copies of the files as a crash would leave them.
    let crashed = testing::sqlite();
    let copy = crashed.file().unwrap();
    std::fs::copy(&file, &copy).unwrap();
    std::fs::copy(&wal, wal_of(&copy)).unwrap();
    let after = Database::open(crashed.url()).await.unwrap();
    let words = query_value(&after, "SELECT group_concat(text) FROM word").await;
    assert_eq!(words, "kept,over it");
    after.close().await;
    database.close().await;
}
