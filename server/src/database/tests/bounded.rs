//! Reads that end by a deadline.

use std::time::Duration;

use sea_orm::{DbBackend, FromQueryResult};
use tokio::time::{Instant, timeout};

use super::*;

testing::for_each_database!(
    a_query_without_end_is_interrupted_and_its_connection_serves_again,
    a_query_whose_caller_is_gone_is_interrupted_too,
);

#[derive(Debug, FromQueryResult)]
struct One {
    one: i64,
}

/// Ends by an interruption alone.
fn endless(database: &Database) -> &'static str {
    match database.read().get_database_backend() {
        DbBackend::Sqlite => {
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS one FROM n"
        }
        _ => "SELECT count(*) AS one FROM pg_sleep(1000000)",
    }
}

fn within(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

/// Each connection of the pool is asked once.
async fn serves_again(database: &Database) {
    for _ in 0..2 * bounded::SEARCHERS {
        let rows = database.all_within::<One>("SELECT CAST(1 AS bigint) AS one", Vec::new(), within(600_000));
        assert_eq!(rows.await.unwrap()[0].one, 1);
    }
}

async fn a_query_without_end_is_interrupted_and_its_connection_serves_again(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    for _ in 0..=bounded::SEARCHERS {
        let answer = database.all_within::<One>(endless(&database), Vec::new(), within(50)).await;
        assert!(matches!(answer, Err(BoundedError::Deadline)), "{answer:?}");
    }
    serves_again(&database).await;
    database.close().await;
}

async fn a_query_whose_caller_is_gone_is_interrupted_too(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    // PostgreSQL hears of it by its own timeout.
    let deadline = if database.is_shared() { 1_000 } else { 600_000 };
    for _ in 0..=bounded::SEARCHERS {
        let asked = database.all_within::<One>(endless(&database), Vec::new(), within(deadline));
        assert!(timeout(Duration::from_millis(50), asked).await.is_err());
    }
    serves_again(&database).await;
    database.close().await;
}
