//! PostgreSQL behind a pooler.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait,
    sqlx::{Connection, PgConnection, Row, postgres::PgConnectOptions, raw_sql},
};
use testing::PgBouncer;
use tokio::time::timeout;

use super::*;

/// The settings on which Chorus relies, as text.
const SETTINGS_SQL: &str = "SELECT concat_ws(' ', current_setting('synchronous_commit'), \
     current_setting('transaction_isolation'), current_setting('lock_timeout'), \
     current_setting('idle_in_transaction_session_timeout'))";
/// The settings of a session that nobody has changed, and its prepared statements that belong to nobody.
const LEFT_BEHIND_SQL: &str = "SELECT concat_ws(' ', current_setting('synchronous_commit'), \
     current_setting('lock_timeout'), (SELECT count(*) FROM pg_prepared_statements))";

/// Opens the database as a server does.
async fn open(place: &TestDatabase, sync: SyncMode) -> Result<Database, DatabaseError> {
    Database::open_to_serve(place.url(), place.direct_url(), sync).await
}

/// Starts a pooler in front of a new database.
fn pooled(settings: &str) -> Option<(PgBouncer, TestDatabase)> {
    let direct = testing::postgres()?;
    let pooler = PgBouncer::start(&direct, settings)?;
    let place = pooler.database(&direct);
    Some((pooler, place))
}

#[tokio::test]
async fn settings_hold_through_a_pooler_and_nothing_stays_in_its_sessions() {
    let Some((_pooler, place)) = pooled("default_pool_size = 2") else { return };
    for (sync, synchronous) in [(SyncMode::Full, "on"), (SyncMode::Normal, "off")] {
        let wanted = format!("{synchronous} read committed 5s 5s");
        let database = open(&place, sync).await.unwrap();
        database.migrate().await.unwrap();
        assert_eq!(query_value(&database, SETTINGS_SQL).await, wanted, "in a single statement");
        let transactions = [database.begin().await.unwrap(), database.begin_append().await.unwrap()];
        for transaction in transactions {
            let statement = sea_orm::Statement::from_string(transaction.get_database_backend(), SETTINGS_SQL);
            let row = transaction.query_one_raw(statement).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), wanted, "in a transaction");
            transaction.commit().await.unwrap();
        }
        database.close().await;
    }
    // Two transactions at once, so that each of the two sessions is looked at.
    let options: PgConnectOptions = place.url().parse().unwrap();
    let mut both = Vec::new();
    for _ in 0..2 {
        let mut connection =
            PgConnection::connect_with(&options.clone().extra_float_digits(None)).await.unwrap();
        raw_sql("BEGIN").execute(&mut connection).await.unwrap();
        both.push(connection);
    }
    for connection in &mut both {
        let left = raw_sql(LEFT_BEHIND_SQL).fetch_one(connection).await.unwrap();
        assert_eq!(left.try_get::<String, _>(0).unwrap(), "on 0 0");
    }
}

#[tokio::test]
async fn a_lock_is_not_awaited_for_ever_through_a_pooler() {
    let Some((_pooler, place)) = pooled("") else { return };
    let database = open(&place, SyncMode::Full).await.unwrap();
    database.write().execute_unprepared("CREATE TABLE word (text TEXT)").await.unwrap();
    // A direct connection, so that it may be idle for longer than the wait.
    let mut holder = PgConnection::connect(place.unpooled_url()).await.unwrap();
    raw_sql("BEGIN; LOCK TABLE word").execute(&mut holder).await.unwrap();
    let update = database.write().execute_unprepared("DELETE FROM word");
    let error = timeout(Duration::from_secs(60), update).await.expect("an end of the wait").unwrap_err();
    assert!(error.to_string().contains("lock timeout"), "{error}");
    holder.close().await.unwrap();
    // The transaction of the statement was rolled back, so its session can be used again.
    database.write().execute_unprepared("DELETE FROM word").await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn a_pooler_whose_sessions_do_not_hold_is_one_clear_line() {
    let Some((_refusing, place)) = pooled("") else { return };
    let Some(dropping_pooler) =
        PgBouncer::start(&place, "ignore_startup_parameters = options, extra_float_digits")
    else {
        return;
    };
    let dropping = dropping_pooler.database(&place);
    let other = testing::postgres().unwrap();
    let url = place.url();
    let direct_url = place.direct_url();
    let with_options = format!("{url}&options=-csearch_path%3Dpublic");
    let other_schema = format!("{}&options=-csearch_path%3Dpg_catalog", place.unpooled_url());
    let Some(by_statement_pooler) = PgBouncer::start(&place, "pool_mode = statement") else { return };
    let by_statement = by_statement_pooler.database(&place);
    for (url, direct_url, part) in [
        (url, None, "it refuses options at the start of a connection"),
        (dropping.url(), None, "lock_timeout is \"0\" instead of \"5000\""),
        (url, Some(url), "leads to a pooler"),
        (url, Some(other.url()), "are not the same database"),
        (&*with_options, direct_url, "ALTER ROLE"),
        (url, Some(&*other_schema), "current_schema is \"public\" instead of \"pg_catalog\""),
        (by_statement.url(), direct_url, "transaction blocks not allowed"),
    ] {
        let error = Database::open_to_serve(url, direct_url, SyncMode::Full).await.unwrap_err();
        let line = error.to_string();
        assert!(line.contains(part) && line.lines().count() == 1, "{line}");
        assert!(!error.is_transient(), "a start that tries again: {line}");
        assert!(direct_url.is_some() || line.contains("set database-direct-url"), "{line}");
    }
    for place in [&place, &dropping] {
        open(place, SyncMode::Full).await.unwrap().close().await;
    }
}
