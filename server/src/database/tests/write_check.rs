//! The check whether a SQLite file can be written.

use std::pin::pin;

use futures::future::{Either, select};
use sea_orm::{DbBackend, Statement};

use super::*;

async fn busy_timeout_ms(database: &Database) -> i32 {
    let pragma = Statement::from_string(DbBackend::Sqlite, "PRAGMA busy_timeout");
    let row = database.write().query_one_raw(pragma).await.unwrap().unwrap();
    row.try_get("", "timeout").unwrap()
}

#[tokio::test]
async fn a_check_gives_up_before_a_write_that_waits_for_the_same_lock() {
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    let writing = Database::open(place.url()).await.unwrap();
    let holding = Database::open(place.url()).await.unwrap();
    let lock = holding.begin().await.unwrap();
    {
        let check = pin!(database.check_writable());
        let write = pin!(writing.begin());
        match select(check, write).await {
            Either::Left((checked, _)) => {
                assert_eq!(checked.map_err(|error| FailureKind::of(&error)), Err(FailureKind::Locked));
            }
            Either::Right(_) => panic!("the write gave up first"),
        }
    }
    assert_eq!(busy_timeout_ms(&database).await, 5_000, "after a refused check");
    lock.rollback().await.unwrap();
    // The write that was given up may have the lock for a moment.
    while database.check_writable().await.is_err() {}
    assert_eq!(busy_timeout_ms(&database).await, 5_000, "after a check");
}
