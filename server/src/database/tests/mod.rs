//! Opening, migrating, and the effect of settings.

mod checkpoints;
mod deadline;
mod interrupted;
mod pooler;
mod replaced_file;
mod write_check;
mod writer_lease;

use sea_orm::ConnectionTrait;
use testing::TestDatabase;

use super::*;

testing::for_each_database!(
    migrations_go_up_and_down,
    a_schema_without_rights_is_refused_while_somebody_is_banned,
);

async fn migrations_go_up_and_down(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    let applied =
        async || database.migrations().await.unwrap().iter().filter(|(_, is_applied)| *is_applied).count();
    assert_eq!(applied().await, 0);
    database.migrate().await.unwrap();
    database.migrate().await.unwrap();
    let all = applied().await;
    assert_eq!(all, database.migrations().await.unwrap().len());
    database.migrate_down().await.unwrap();
    assert_eq!(applied().await, all - 1);
    database.migrate().await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn a_schema_without_the_mark_of_lost_events_is_refused_while_it_is_set() {
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let store = "INSERT INTO store (id, epoch, events_lost) VALUES (1, 'a', TRUE)";
    database.write().execute_unprepared(store).await.unwrap();
    let refused = loop {
        if let Err(error) = database.migrate_down().await {
            break error.to_string();
        }
    };
    assert!(refused.contains("chorus new-epoch"), "{refused}");
    database.write().execute_unprepared("UPDATE store SET events_lost = FALSE").await.unwrap();
    database.migrate_down().await.unwrap();
    database.close().await;
}

async fn a_schema_without_rights_is_refused_while_somebody_is_banned(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let user = if database.is_shared() { "gen_random_uuid()" } else { "randomblob(16)" };
    let ban = format!("INSERT INTO person (\"user\", role, banned_until) VALUES ({user}, 0, 9)");
    database.write().execute_unprepared(&ban).await.unwrap();
    let refused = loop {
        if let Err(error) = database.migrate_down().await {
            break error.to_string();
        }
    };
    assert!(refused.contains("lift that first"), "{refused}");
    database.write().execute_unprepared("UPDATE person SET banned_until = NULL").await.unwrap();
    database.migrate_down().await.unwrap();
    database.migrate().await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn servers_that_start_at_the_same_time_on_one_postgres_can_all_migrate() {
    let Some(place) = testing::postgres() else { return };
    let start = || async {
        let database = Database::open(place.url()).await.unwrap();
        database.migrate().await
    };
    for migrated in futures::future::join_all((0..4).map(|_| start())).await {
        migrated.unwrap();
    }
}

/// The single value that a query returns on the connection that writes.
async fn query_value(database: &Database, sql: &str) -> String {
    let statement = sea_orm::Statement::from_string(database.write().get_database_backend(), sql);
    let row = database.write().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<String>(0)
        .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
        .unwrap()
}

#[tokio::test]
async fn the_sync_setting_decides_how_durable_a_commit_is() {
    let place = testing::sqlite();
    for (sync, synchronous) in [(SyncMode::Full, "2"), (SyncMode::Normal, "1")] {
        let database = Database::open_with(place.url(), sync).await.unwrap();
        assert_eq!(query_value(&database, "PRAGMA synchronous").await, synchronous);
        assert_eq!(query_value(&database, "PRAGMA secure_delete").await, "1");
        database.close().await;
    }
    let Some(place) = testing::postgres() else { return };
    for (sync, synchronous) in [(SyncMode::Full, "on"), (SyncMode::Normal, "off")] {
        let database = Database::open_with(place.url(), sync).await.unwrap();
        assert_eq!(query_value(&database, "SHOW synchronous_commit").await, synchronous);
        assert_eq!(query_value(&database, "SHOW transaction_isolation").await, "read committed");
        assert_eq!(query_value(&database, "SHOW lock_timeout").await, "5s");
        database.close().await;
    }
}

#[tokio::test]
async fn no_error_contains_a_password() {
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
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("hunter2") && text.lines().count() == 1, "{url}: {text}");
        }
    }
}

/// A database with a table of unique words.
async fn with_words(place: &TestDatabase) -> Database {
    let database = Database::open(place.url()).await.unwrap();
    database.write().execute_unprepared("CREATE TABLE word (text TEXT UNIQUE)").await.unwrap();
    database
}
