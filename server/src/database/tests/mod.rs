//! Opening, migrating, and what a setting is worth.

mod bounded;
mod checkpoints;
mod interrupted;
mod pen;

use sea_orm::ConnectionTrait;
use testing::TestDatabase;

use super::*;

testing::for_each_database!(the_schema_goes_up_and_down,);

async fn the_schema_goes_up_and_down(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    let taken = async || database.migrations().await.unwrap().iter().filter(|(_, taken)| *taken).count();
    assert_eq!(taken().await, 0);
    database.migrate().await.unwrap();
    database.migrate().await.unwrap();
    let all = taken().await;
    assert_eq!(all, database.migrations().await.unwrap().len());
    database.migrate_down().await.unwrap();
    assert_eq!(taken().await, all - 1);
    database.migrate().await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn servers_that_start_at_once_on_one_postgres_do_not_trip_over_each_other() {
    let Some(place) = testing::postgres() else { return };
    let start = || async {
        let database = Database::open(place.url()).await.unwrap();
        database.migrate().await
    };
    for migrated in futures::future::join_all((0..4).map(|_| start())).await {
        migrated.unwrap();
    }
}

/// What a setting of the connection that writes is.
async fn setting(database: &Database, show: &str) -> String {
    let statement = sea_orm::Statement::from_string(database.write().get_database_backend(), show);
    let row = database.write().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<String>(0)
        .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
        .unwrap()
}

#[tokio::test]
async fn an_acknowledgement_is_worth_what_the_setting_says() {
    let place = testing::sqlite();
    for (sync, synchronous) in [(SyncMode::Full, "2"), (SyncMode::Normal, "1")] {
        let database = Database::open_with(place.url(), sync).await.unwrap();
        assert_eq!(setting(&database, "PRAGMA synchronous").await, synchronous);
        assert_eq!(setting(&database, "PRAGMA secure_delete").await, "1");
        database.close().await;
    }
    let Some(place) = testing::postgres() else { return };
    for (sync, synchronous) in [(SyncMode::Full, "on"), (SyncMode::Normal, "off")] {
        let database = Database::open_with(place.url(), sync).await.unwrap();
        assert_eq!(setting(&database, "SHOW synchronous_commit").await, synchronous);
        assert_eq!(setting(&database, "SHOW transaction_isolation").await, "read committed");
        assert_eq!(setting(&database, "SHOW lock_timeout").await, "5s");
        database.close().await;
    }
}

#[tokio::test]
async fn no_error_tells_a_password() {
    for url in [
        "mysql://root:hunter2@db/x",
        "hunter2",
        "postgres://me:hunter2@127.0.0.1:1/x",
        "postgres://me@127.0.0.1:1/x?password=hunter2",
        "postgresql://me:hunter2@127.0.0.1:port/x",
        "postgres://me:hunter2@127.0.0.1:1/x?sslmode=nonsense",
        "postgres://me:hunter2@[/x",
    ] {
        let error = Database::open(url).await.unwrap_err();
        for said in [error.to_string(), format!("{error:?}")] {
            assert!(!said.contains("hunter2") && said.lines().count() == 1, "{url}: {said}");
        }
    }
}

/// A database with a table of words, none of which may come twice.
async fn with_words(place: &TestDatabase) -> Database {
    let database = Database::open(place.url()).await.unwrap();
    database.write().execute_unprepared("CREATE TABLE word (text TEXT UNIQUE)").await.unwrap();
    database
}
