//! What becomes of the write-ahead log.

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
    blank::blank,
    checkpoint::{Done, Pace},
    sqlite,
};

fn wal_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", file.display()))
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |file| file.len())
}

/// About a tenth of a megabyte.
async fn write_much(database: &Database) {
    let insert = "INSERT INTO pile SELECT hex(randomblob(50000))";
    database.write().execute_unprepared(insert).await.unwrap();
}

/// A pile to write to.
async fn pile(place: &TestDatabase) -> Database {
    let database = Database::open(place.url()).await.unwrap();
    database.write().execute_unprepared("CREATE TABLE pile (text TEXT NOT NULL)").await.unwrap();
    database
}

#[tokio::test]
async fn the_writer_makes_no_checkpoint_and_the_last_one_out_makes_all_of_it() {
    let place = testing::sqlite();
    let (database, file) = (pile(&place).await, place.file().unwrap());
    let before = length(&file);
    for _ in 0..100 {
        write_much(&database).await;
    }
    assert_eq!(length(&file), before, "nobody but the writer is there, and it only appends");
    assert!(length(&wal_of(&file)) > 10_000_000);
    // Another program has the file open, so nobody is the last one for SQLite.
    let other = Database::open(place.url()).await.unwrap();
    database.close().await;
    assert_eq!(length(&wal_of(&file)), 0);
    assert!(length(&file) > 10_000_000);
    other.close().await;
}

#[tokio::test]
async fn under_load_the_write_ahead_log_stays_short() {
    let place = testing::sqlite();
    let (database, wal) = (pile(&place).await, wal_of(&place.file().unwrap()));
    let drain = CancellationToken::new();
    let pace = Pace {
        look: Duration::from_millis(1),
        blank: Duration::from_secs(3_600),
        again: Duration::ZERO,
        most: 1_000_000,
        room: 500_000,
    };
    let checkpoints = database.checkpoints().await.unwrap().unwrap().at(pace);
    let running = tokio::spawn(checkpoints.run(drain.clone()));
    let mut longest = 0;
    for _ in 0..600 {
        write_much(&database).await;
        longest = longest.max(length(&wal));
    }
    assert!(longest < 20_000_000, "60 MB were written, and the log became {longest} bytes long");
    assert!(length(&wal) > 0, "a file that need not grow is quicker to write");
    drain.cancel();
    running.await.unwrap();
    database.close().await;
}

/// Looks all the time, and blanks the log each time somebody has written.
const AT_ONCE: Pace = Pace {
    look: Duration::from_millis(1),
    blank: Duration::ZERO,
    again: Duration::ZERO,
    most: 1_000_000,
    room: 500_000,
};

/// Whether there is nothing in a log but room for `room` bytes.
fn is_blank(wal: &Path, room: u64) -> bool {
    let bytes = std::fs::read(wal).unwrap_or_default();
    bytes.len() as u64 == room && bytes.iter().all(|byte| *byte == 0)
}

async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_checkpoint_that_fails_is_tried_again() {
    let place = testing::sqlite();
    let (database, wal) = (pile(&place).await, wal_of(&place.file().unwrap()));
    let drain = CancellationToken::new();
    // Somebody reads for long: the log cannot begin anew meanwhile.
    let reading = database.read().pool().begin().await.unwrap();
    reading.execute_unprepared("SELECT count(*) FROM pile").await.unwrap();
    let running = tokio::spawn(database.checkpoints().await.unwrap().unwrap().at(AT_ONCE).run(drain.clone()));
    for _ in 0..20 {
        write_much(&database).await;
    }
    assert!(length(&wal) > 1_000_000);
    reading.commit().await.unwrap();
    until(|| is_blank(&wal, AT_ONCE.most)).await;
    drain.cancel();
    running.await.unwrap();
    database.close().await;
}

/// What `PRAGMA wal_checkpoint` answers: whether somebody was in the way, and so many pages; -1 where it could not even look.
#[test]
fn only_a_log_that_is_known_to_be_empty_is_blanked() {
    let is_empty = |in_the_way, pages| Done::told(in_the_way, pages).is_some_and(|done| done.is_empty());
    assert!(is_empty(0, 0));
    for (in_the_way, pages) in [(1, -1), (0, -1), (1, 0), (0, 3)] {
        assert!(!is_empty(in_the_way, pages), "{in_the_way}, {pages}");
    }
}

/// A shutdown that runs out of time drops all tasks; threads that write go on.
#[tokio::test]
async fn nobody_writes_while_zeros_are_written_also_when_their_task_is_gone() {
    let place = testing::sqlite();
    let database = pile(&place).await;
    // In place of the log: whoever opens a pipe waits for the other end, so the zeros are under way until it is read.
    let pipe = place.folder().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let lock = sqlite::hold(sqlite::acquire(database.write().pool()).await.unwrap()).await.unwrap();
    let filling = tokio::spawn({
        let pipe = pipe.clone();
        async move { blank(&pipe, AT_ONCE.room, lock).await }
    });
    let mut reader = tokio::task::spawn_blocking(move || std::fs::File::open(pipe)).await.unwrap().unwrap();
    filling.abort();
    assert!(filling.await.is_err_and(|error| error.is_cancelled()), "its task is gone");
    let options = SqliteConnectOptions::from_str(place.url()).unwrap().busy_timeout(Duration::ZERO);
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    assert!(other.begin_with("BEGIN IMMEDIATE").await.is_err(), "zeros are still to be written");
    let read = tokio::task::spawn_blocking(move || {
        let mut zeros = Vec::new();
        reader.read_to_end(&mut zeros).map(|_| zeros.len())
    });
    assert_eq!(read.await.unwrap().unwrap() as u64, AT_ONCE.room);
    let free = async { while other.begin_with("BEGIN IMMEDIATE").await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(30), free).await.unwrap();
}

#[tokio::test]
async fn the_log_is_found_where_sqlite_has_it() {
    let place = testing::sqlite();
    let (database, file) = (pile(&place).await, place.file().unwrap());
    let link = file.with_file_name("a link.db");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let linked = Database::open(&format!("sqlite://{}", link.display()).replace(' ', "%20")).await.unwrap();
    let wal = sqlite::wal_of(linked.write().pool()).await.unwrap();
    assert_eq!(wal.canonicalize().unwrap(), wal_of(&file).canonicalize().unwrap());
    linked.close().await;
    database.close().await;
}

#[tokio::test]
async fn a_blank_log_holds_nothing_that_was_deleted_and_all_that_is_written_over_it() {
    let place = testing::sqlite();
    let (database, file) = (with_words(&place).await, place.file().unwrap());
    let (wal, drain) = (wal_of(&file), CancellationToken::new());
    let write = async |text: &str| database.write().execute_unprepared(text).await.unwrap();
    let checkpoints = database.checkpoints().await.unwrap().unwrap();
    write("INSERT INTO word VALUES ('a secret'), ('kept')").await;
    write("DELETE FROM word WHERE text = 'a secret'").await;
    let tells = |file: &Path| std::fs::read(file).unwrap().windows(8).any(|bytes| bytes == b"a secret");
    assert!(tells(&wal));
    let running = tokio::spawn(checkpoints.at(AT_ONCE).run(drain.clone()));
    until(|| is_blank(&wal, AT_ONCE.room)).await;
    drain.cancel();
    running.await.unwrap();
    assert!(!tells(&wal) && !tells(&file));
    write("INSERT INTO word VALUES ('over it')").await;
    assert_eq!(length(&wal), AT_ONCE.room, "it need not grow");
    // What a crash would leave.
    let left = testing::sqlite();
    let copy = left.file().unwrap();
    std::fs::copy(&file, &copy).unwrap();
    std::fs::copy(&wal, wal_of(&copy)).unwrap();
    let after = Database::open(left.url()).await.unwrap();
    let words = setting(&after, "SELECT group_concat(text) FROM word").await;
    assert_eq!(words, "kept,over it");
    after.close().await;
    database.close().await;
}
