//! Searches, reads and writes between the replacement of a SQLite file and the moment at which the server notices it. A connection
//! that is opened then opens the other file, with the write-ahead log and its index of the first one, and damages the first one.

use std::{fs, path::PathBuf, pin::pin, time::Duration};

use futures::poll;
use sea_orm::{DbBackend, FromQueryResult, Statement};
use tokio::time::Instant;

use super::*;

#[derive(Debug, FromQueryResult)]
struct One {
    one: i64,
}

/// A query that ends only by an interruption.
const ENDLESS_QUERY: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS one FROM n";

/// Opens a database as the server does, with nothing that looks at its files.
async fn served() -> (TestDatabase, Database) {
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    database.file_watch().await.unwrap().expect("a file to watch");
    (place, database)
}

fn replace(place: &TestDatabase) {
    let file = place.file().unwrap();
    fs::rename(&file, file.with_extension("away")).unwrap();
    fs::write(&file, "another file").unwrap();
}

async fn search(database: &Database, sql: &'static str, millis: u64) -> Result<Vec<One>, DeadlineError> {
    database.query_all_before(sql, Vec::new(), Instant::now() + Duration::from_millis(millis)).await
}

/// SQLite empties the index of the write-ahead log when it believes that nobody else has it open.
fn index_is_untouched(place: &TestDatabase) -> bool {
    let index = PathBuf::from(format!("{}-shm", place.file().unwrap().display()));
    fs::metadata(index).unwrap().len() >= 32_768
}

#[tokio::test]
async fn a_search_reads_the_file_that_is_open() {
    let (place, database) = served().await;
    replace(&place);
    for _ in 0..2 * MAX_SEARCH_CONNECTIONS {
        let rows = search(&database, "SELECT count(*) AS one FROM topic", 600_000).await.unwrap();
        assert_eq!(rows[0].one, 0);
    }
    assert!(index_is_untouched(&place));
}

#[tokio::test]
async fn a_search_opens_no_connection_to_another_file() {
    let (place, database) = served().await;
    for _ in 0..MAX_SEARCH_CONNECTIONS {
        let interrupted = search(&database, ENDLESS_QUERY, 50).await;
        assert!(matches!(interrupted, Err(DeadlineError::Exceeded)), "{interrupted:?}");
    }
    replace(&place);
    let refused = search(&database, "SELECT count(*) AS one FROM topic", 600_000).await.unwrap_err();
    assert!(refused.to_string().contains("replaced"), "{refused}");
    assert!(index_is_untouched(&place));
}

/// Fails a write in a way after which its connection is closed.
async fn break_writer(database: &Database) {
    let broken = TransactionSql::Statement("INSERT INTO nothing VALUES (1)".into());
    database.writer_lease().transact(broken, Vec::new()).await.unwrap_err();
}

async fn break_reader(database: &Database) {
    close_one(database.read()).await;
}

/// Closes a connection, and waits until it is closed.
async fn close_one(connections: &Connections) {
    let mut connection = connections.acquire_sqlite().await.unwrap();
    connection.close_on_drop();
    let pool = connections.pool().get_sqlite_connection_pool();
    let size = pool.size();
    drop(connection);
    while pool.size() == size {
        tokio::task::yield_now().await;
    }
}

async fn write(database: &Database) -> Result<(), DbErr> {
    let sql = "UPDATE topic SET head = head".into();
    database.writer_lease().transact(TransactionSql::Statement(sql), Vec::new()).await
}

async fn read(database: &Database) -> Result<(), DbErr> {
    database.read().execute_unprepared("SELECT count(*) FROM topic").await.map(drop)
}

/// A sealed pool fails with the same code, but before anything was executed.
#[tokio::test]
async fn a_statement_that_cannot_open_a_file_is_not_executed_again() {
    let (_place, database) = served().await;
    database.write().execute_unprepared("CREATE TABLE word (text TEXT)").await.unwrap();
    let script = "INSERT INTO word VALUES ('once'); ATTACH '/dev/null/other' AS other";
    let error = database.write().execute_unprepared(script).await.unwrap_err();
    assert!(error.to_string().contains("unable to open"), "{error}");
    assert_eq!(query_value(&database, "SELECT group_concat(text) FROM word").await, "once");
}

#[tokio::test]
async fn after_an_error_a_write_or_a_read_opens_no_connection_to_another_file() {
    let (place, database) = served().await;
    break_reader(&database).await;
    replace(&place);
    break_writer(&database).await;
    let begun = database.begin().await.map(drop);
    for refused in [write(&database).await, begun, read(&database).await] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("replaced"), "{error}");
    }
    assert!(index_is_untouched(&place));
}

#[tokio::test]
async fn after_an_error_connections_to_the_same_file_are_opened_again() {
    let (_place, database) = served().await;
    for _ in 0..2 {
        break_writer(&database).await;
        break_reader(&database).await;
        write(&database).await.unwrap();
        read(&database).await.unwrap();
        let sizes = [database.write(), database.read()]
            .map(|connections| connections.pool().get_sqlite_connection_pool().size());
        assert_eq!(sizes, [1, MAX_READ_CONNECTIONS]);
    }
}

/// Closes the only connection that writes while two commands wait for it, and returns their results.
async fn writes_behind_a_closed_connection(
    database: &Database,
    meanwhile: impl FnOnce(),
) -> [Result<(), DbErr>; 2] {
    let sql = "UPDATE topic SET head = head";
    let writer = database.write();
    let mut held = writer.acquire_sqlite().await.unwrap();
    let mut unprepared = pin!(writer.execute_unprepared(sql));
    let mut prepared = pin!(writer.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)));
    assert!(poll!(&mut unprepared).is_pending() && poll!(&mut prepared).is_pending());
    held.close_on_drop();
    meanwhile();
    drop(held);
    let (unprepared, prepared) = futures::join!(unprepared, prepared);
    [unprepared.map(drop), prepared.map(drop)]
}

#[tokio::test]
async fn a_write_that_waited_for_a_closed_connection_is_repeated() {
    let (_place, database) = served().await;
    for result in writes_behind_a_closed_connection(&database, || {}).await {
        result.unwrap();
    }
}

#[tokio::test]
async fn a_write_that_waited_for_a_closed_connection_opens_no_connection_to_another_file() {
    let (place, database) = served().await;
    for result in writes_behind_a_closed_connection(&database, || replace(&place)).await {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("replaced"), "{error}");
    }
    assert!(index_is_untouched(&place));
}

#[tokio::test]
async fn a_checkpoint_opens_no_connection_to_another_file() {
    let (place, database) = served().await;
    let mut checkpointer = database.checkpointer().await.unwrap().unwrap();
    checkpointer.poll().await.unwrap();
    close_one(&checkpointer.connection).await;
    replace(&place);
    let error = checkpointer.poll().await.unwrap_err().to_string();
    assert!(error.contains("replaced"), "{error}");
    assert!(index_is_untouched(&place));
}
