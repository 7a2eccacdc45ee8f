//! Several servers on one PostgreSQL database: subscribers of one receive the events that another one stores. Skipped where
//! PostgreSQL is not installed.

mod behind_proxies;
mod cut_off;
mod delivery;
mod failover;
mod lost_hints;
mod nats;
mod network_bans;
mod people;
mod presence;
mod reading;
mod rolling_restart;

use std::time::Duration;

use app::protocol::Event;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use testing::TestDatabase;
use tokio::time::timeout;

use crate::support::{Member, TestServer, soon, start_in};

/// Nothing is found by polling.
const ONLY_HINTS: &str = "--poll-ms 3600000";
/// Nothing is announced and no hint is received.
const ONLY_POLL: &str = "--hints none --poll-ms 20";
/// Nothing is announced, no hint is received, and nothing is found by polling.
const ISOLATED: &str = "--hints none --poll-ms 3600000";

/// Settings with which nothing is found by polling, for each carrier of hints that is installed.
fn only_hints() -> Vec<String> {
    let nats = testing::nats().map(|nats| format!("{ONLY_HINTS} --hints {}", nats.url()));
    std::iter::once(ONLY_HINTS.to_owned()).chain(nats).collect()
}

/// Settings for each way in which nodes notify each other.
fn each_way() -> Vec<String> {
    only_hints().into_iter().chain([ONLY_POLL.to_owned()]).collect()
}

/// How long a node may take to notice that its database is gone or back.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// Two servers on one database.
struct Nodes {
    a: TestServer,
    b: TestServer,
    database: TestDatabase,
}

/// Starts two servers with these settings. Returns `None` if PostgreSQL is not installed.
async fn start_nodes(settings_of_a: &str, settings_of_b: &str) -> Option<Nodes> {
    let database = testing::postgres()?;
    let a = start_in(database.shared(), settings_of_a).await;
    let b = start_in(database.shared(), settings_of_b).await;
    Some(Nodes { a, b, database })
}

impl Nodes {
    /// Connects to the database as another program.
    async fn connects_to_database(&self) -> DatabaseConnection {
        sea_orm::Database::connect(self.database.url()).await.unwrap()
    }
}

/// Runs a statement.
async fn executes(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap();
}

/// Ends the connections on which servers receive hints.
async fn ends_listening(connection: &DatabaseConnection) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'chorus listen'";
    executes(connection, sql).await;
}

/// Ends the connections on which servers announce hints.
async fn ends_announcing(connection: &DatabaseConnection) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'chorus notify'";
    executes(connection, sql).await;
}

/// Waits until this many servers listen for hints.
async fn listeners_are(connection: &DatabaseConnection, count: usize) {
    let sql = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'chorus listen' AND query LIKE 'LISTEN%'";
    rows_are(connection, sql, count).await;
}

/// Waits until a query returns this many rows.
async fn rows_are(connection: &DatabaseConnection, sql: &str, count: usize) {
    let rows = async || {
        let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
        connection.query_all_raw(statement).await.unwrap().len()
    };
    soon(&format!("{count} rows of {sql}"), async { while rows().await != count {} }).await;
}

/// Waits until `/readyz` answers this: for longer than other tests wait, since a node may have to connect again.
async fn readiness_is(server: &TestServer, status: u16, text: &str) {
    let is_as_expected = async || {
        let ready = server.browser().gets("/readyz").await;
        ready.status == status && ready.text.contains(text)
    };
    let expected = async { while !is_as_expected().await {} };
    timeout(RECOVERY_TIMEOUT, expected).await.unwrap_or_else(|_| panic!("no /readyz {status} {text}"));
}

/// Receives this many events.
async fn receives_events(member: &mut Member, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(member.receives_event().await);
    }
    events
}
