//! Queries with a deadline.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use tokio::time::{Instant, timeout};

use super::*;

testing::for_each_database!(
    an_endless_query_is_interrupted_and_its_connection_is_usable_again,
    a_query_whose_caller_is_dropped_is_interrupted_too,
);

#[derive(Debug, FromQueryResult)]
struct One {
    one: i64,
}

/// A query that ends only by an interruption.
fn endless(database: &Database) -> &'static str {
    match database.read().get_database_backend() {
        DbBackend::Sqlite => {
            // It reads the file, so that it shows whether it still runs: no checkpoint gets past it.
            "WITH RECURSIVE n(i) AS (SELECT count(*) FROM sqlite_schema UNION ALL SELECT i + 1 FROM n) \
             SELECT count(*) AS one FROM n"
        }
        _ => "SELECT count(*) AS one FROM pg_sleep(1000000)",
    }
}

fn within(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

/// Runs enough queries to use every connection of the pool.
async fn all_connections_answer(database: &Database) {
    for _ in 0..2 * MAX_SEARCH_CONNECTIONS {
        let rows =
            database.query_all_before::<One>("SELECT CAST(1 AS bigint) AS one", Vec::new(), within(600_000));
        assert_eq!(rows.await.unwrap()[0].one, 1);
    }
}

/// Waits until no query reads a SQLite file.
async fn no_query_runs(database: &Database) {
    if database.is_shared() {
        return;
    }
    database.write().execute_unprepared("CREATE TABLE written (one integer)").await.unwrap();
    let checkpoint = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
    let is_blocked = async || {
        let row = database.write().query_one_raw(checkpoint.clone()).await.unwrap().unwrap();
        row.try_get::<i32>("", "busy").unwrap() != 0
    };
    let unblocked = async { while is_blocked().await {} };
    timeout(Duration::from_secs(60), unblocked).await.expect("a query still runs");
}

async fn an_endless_query_is_interrupted_and_its_connection_is_usable_again(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    for _ in 0..=MAX_SEARCH_CONNECTIONS {
        let answer = database.query_all_before::<One>(endless(&database), Vec::new(), within(50)).await;
        assert!(matches!(answer, Err(DeadlineError::Exceeded)), "{answer:?}");
    }
    all_connections_answer(&database).await;
    no_query_runs(&database).await;
    database.close().await;
}

async fn a_query_whose_caller_is_dropped_is_interrupted_too(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    // PostgreSQL does not notice a dropped caller; its own timeout ends the query.
    let deadline = if database.is_shared() { 1_000 } else { 600_000 };
    for _ in 0..=MAX_SEARCH_CONNECTIONS {
        let query = database.query_all_before::<One>(endless(&database), Vec::new(), within(deadline));
        assert!(timeout(Duration::from_millis(50), query).await.is_err());
    }
    all_connections_answer(&database).await;
    no_query_runs(&database).await;
    database.close().await;
}
