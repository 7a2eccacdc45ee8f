//! Checkpoints of the write-ahead log.

use std::path::{Path, PathBuf};

use sea_orm::TransactionTrait;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::database::checkpoint::{CheckpointOutcome, CheckpointSchedule};

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
    let database = Database::open_exclusive(place.url(), SyncMode::Full).await.unwrap();
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
        truncate_interval: Duration::from_secs(3_600),
        retry_interval: Duration::ZERO,
        max_wal_bytes: 1_000_000,
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

/// Polls all the time, and truncates the log after each write.
const EAGER_SCHEDULE: CheckpointSchedule = CheckpointSchedule {
    poll_interval: Duration::from_millis(1),
    truncate_interval: Duration::ZERO,
    retry_interval: Duration::ZERO,
    max_wal_bytes: 1_000_000,
};

async fn wait_until(mut holds: impl FnMut() -> bool) {
    let holding = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), holding).await.expect("it holds within a minute");
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
    wait_until(|| length(&wal) == 0).await;
    drain.cancel();
    running.await.unwrap();
    database.close().await;
}

/// `PRAGMA wal_checkpoint` returns whether it was blocked, and the number of pages: -1 when it could not look at the log.
#[test]
fn a_checkpoint_without_a_number_of_pages_has_no_outcome() {
    for (busy, pages, is_known) in [(1, -1, false), (0, -1, false), (1, 0, true), (0, 0, true), (0, 3, true)]
    {
        assert_eq!(CheckpointOutcome::new(busy, pages).is_some(), is_known, "{busy}, {pages}");
    }
}

#[tokio::test]
async fn a_truncated_log_contains_no_deleted_text_and_keeps_what_is_written_next() {
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
    wait_until(|| length(&wal) == 0).await;
    drain.cancel();
    running.await.unwrap();
    assert!(!contains_secret(&wal) && !contains_secret(&file));
    write("INSERT INTO word VALUES ('next')").await;
    assert!(length(&wal) > 0, "the file lacks it");
    // Copies of the files as a crash would leave them.
    let crashed = testing::sqlite();
    let copy = crashed.file().unwrap();
    std::fs::copy(&file, &copy).unwrap();
    std::fs::copy(&wal, wal_of(&copy)).unwrap();
    let after = Database::open(crashed.url()).await.unwrap();
    let words = query_value(&after, "SELECT group_concat(text) FROM word").await;
    assert_eq!(words, "kept,next");
    after.close().await;
    database.close().await;
}
