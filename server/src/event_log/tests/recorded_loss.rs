//! A loss that one server has found is stored for all others. For PostgreSQL.

use futures::FutureExt;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::task::yield_now;

use super::*;

/// Refuses to store a loss, and counts the attempts: a sequence keeps its number although the transaction is rolled back.
const REFUSE: &str = "CREATE SEQUENCE attempts;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval('attempts'); RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON store FOR EACH ROW EXECUTE FUNCTION refuse()";
const ACCEPT: &str = "DROP TRIGGER refuse ON store";

/// A log whose database refuses to store a loss until the test allows it.
struct LogWithoutLossRecord {
    log: Log,
    tracker: TaskTracker,
    database: Database,
    connection: DatabaseConnection,
    test_database: TestDatabase,
}

/// Opens such a log. Returns `None` if PostgreSQL is not installed.
async fn log_that_cannot_record_a_loss() -> Option<LogWithoutLossRecord> {
    let test_database = testing::postgres()?;
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, _, tracker) = open_log_on(database.clone(), "").await;
    let connection = sea_orm::Database::connect(test_database.url()).await.unwrap();
    connection.execute_unprepared(REFUSE).await.unwrap();
    Some(LogWithoutLossRecord { log, tracker, database, connection, test_database })
}

impl LogWithoutLossRecord {
    async fn has(&self, sql: &str) -> bool {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        self.connection.query_one_raw(statement).await.unwrap().is_some()
    }

    async fn is_lost(&self) -> bool {
        self.has("SELECT 1 FROM store WHERE events_lost").await
    }

    async fn wait_for_attempt(&self) {
        while !self.has("SELECT 1 FROM attempts WHERE is_called").await {
            yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_loss_is_stored_after_attempts_that_failed_and_while_the_server_drains() {
    let Some(fixture) = log_that_cannot_record_a_loss().await else { return };
    fixture.log.append(message_by(1, 1, "x")).await.unwrap();
    fixture.log.record_lost_events();
    assert_eq!(fixture.log.append(message_by(1, 2, "x")).await, Err(AppendError::Unavailable));
    fixture.wait_for_attempt().await;
    fixture.tracker.close();
    assert_eq!((fixture.is_lost().await, fixture.tracker.wait().now_or_never()), (false, None));
    fixture.connection.execute_unprepared(ACCEPT).await.unwrap();
    let LogWithoutLossRecord { log, tracker, test_database, .. } = fixture;
    drop(log);
    tracker.wait().await;
    let (next, ..) = open_log(&test_database, "").await;
    assert_eq!(next.continuity(), Continuity::Lost, "a server that starts now knows of it");
}

#[tokio::test]
async fn a_server_without_a_loss_stores_none_at_its_end() {
    let Some(fixture) = log_that_cannot_record_a_loss().await else { return };
    fixture.connection.execute_unprepared(ACCEPT).await.unwrap();
    fixture.log.append(message_by(1, 1, "x")).await.unwrap();
    let LogWithoutLossRecord { log, tracker, test_database, .. } = fixture;
    drop(log);
    tracker.close();
    tracker.wait().await;
    let (next, ..) = open_log(&test_database, "").await;
    assert_eq!(next.continuity(), Continuity::Unbroken);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_database_that_stores_no_loss() {
    let Some(fixture) = log_that_cannot_record_a_loss().await else { return };
    fixture.log.record_lost_events();
    fixture.wait_for_attempt().await;
    fixture.database.cancel_pending();
    let LogWithoutLossRecord { log, tracker, .. } = fixture;
    drop(log);
    tracker.close();
    tracker.wait().await;
}
