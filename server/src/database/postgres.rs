//! A PostgreSQL server: a few connections that write, a few that read.

use std::{str::FromStr, time::Duration};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr,
    Statement, TransactionTrait, Value,
    sqlx::{self, Connection, postgres::PgConnectOptions},
};
use tokio::time::{Instant, timeout};

use super::{
    Connections, DatabaseError, PATIENCE, Pools, READERS,
    bounded::{BoundedError, SEARCHERS},
    error::kind_of,
    lazily,
};
use crate::config::SyncMode;

/// One for the log, one for sessions.
const WRITERS: u32 = 2;
/// How long an idle connection may take to show that it is still there.
const PING: Duration = Duration::from_secs(2);
/// A connection that was idle for less is not asked.
const FRESH: Duration = Duration::from_secs(1);
/// How long PostgreSQL goes on sending to a connection of ours that acknowledges nothing, in milliseconds.
const TCP_USER_TIMEOUT: &str = "10000";
/// A number of our own for the lock that whoever migrates holds.
const MIGRATING: i64 = 0x0063_686f_7275_7300;
/// The SQLSTATE of a statement that a timeout has ended.
const QUERY_CANCELED: &str = "57014";

/// What a server's connections are called.
const NAME: &str = "chorus";
/// Whether there are connections of that name to this database.
const SERVED: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1)";

/// Whether a URL is for this kind of database.
pub(super) fn is(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// Opens the database.
pub(super) async fn open(url: &str, sync: SyncMode) -> Result<(Pools, String), DatabaseError> {
    let asked = parse(url)?;
    let name = name_of(&asked);
    let failed = |error| DatabaseError::Open { name: name.clone(), error };
    // A pool says only that it has waited long enough; one connection says what is wrong.
    let answer = timeout(PATIENCE, sqlx::PgConnection::connect_with(&asked)).await;
    let connection = answer.map_err(|_| DatabaseError::Silent(name.clone()))?;
    connection.map_err(connecting).map_err(failed)?.close().await.map_err(connecting).map_err(failed)?;
    let write = sea_orm::Database::connect(options(url, WRITERS, sync)).await.map_err(failed)?;
    let read = sea_orm::Database::connect(options(url, READERS, sync)).await.map_err(failed)?;
    let search = sea_orm::Database::connect(lazily(options(url, SEARCHERS, sync))).await.map_err(failed)?;
    Ok((Pools { write, read, search }, name))
}

/// All rows of a query, which the server gives up when its time is over.
pub(super) async fn all_within(
    connections: &Connections,
    sql: &'static str,
    values: Vec<Value>,
    deadline: Instant,
) -> Result<Vec<QueryResult>, BoundedError> {
    let transaction = connections.begin().await?;
    let left = deadline.saturating_duration_since(Instant::now()).as_millis().max(1);
    transaction.execute_unprepared(&format!("SET LOCAL statement_timeout = {left}")).await?;
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = transaction.query_all_raw(statement).await.map_err(|error| match is_canceled(&error) {
        true => BoundedError::Deadline,
        false => BoundedError::Database(error),
    })?;
    transaction.commit().await?;
    Ok(rows)
}

fn is_canceled(error: &DbErr) -> bool {
    let (DbErr::Query(RuntimeErr::SqlxError(error)) | DbErr::Exec(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == QUERY_CANCELED)
}

/// Refuses while a server has connections to it. They are told by their name: a lock of a session would outlive the server in a
/// pooler that shares sessions, and be missing after each loss of the connection that holds it.
pub(super) async fn refuse_if_served(url: &str) -> Result<(), DatabaseError> {
    let asked = parse(url)?;
    let name = name_of(&asked);
    let failed = |error| DatabaseError::Open { name: name.clone(), error: connecting(error) };
    let asking = async {
        let mut connection = sqlx::PgConnection::connect_with(&asked.application_name("chorus tool")).await?;
        let served = sqlx::query_scalar::<_, bool>(SERVED).bind(NAME).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(served)
    };
    let answer = timeout(PATIENCE, asking).await.map_err(|_| DatabaseError::Silent(name.clone()))?;
    if answer.map_err(failed)? { Err(DatabaseError::Served(name)) } else { Ok(()) }
}

/// Takes every step that was not taken: all of them or none, and one process at a time.
pub(super) async fn migrate(database: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATING})")).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

fn options(url: &str, connections: u32, sync: SyncMode) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.min_connections(1).max_connections(connections).acquire_timeout(PATIENCE).sqlx_logging(false);
    options.map_sqlx_postgres_opts(move |options| settled(options, sync));
    // A connection that died while nobody used it is replaced before whoever wants one has waited too long for it.
    options.test_before_acquire(false);
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|idle, used| Box::pin(answers(idle, used.idle_for)))
    });
    options
}

/// Whether a connection may be used. One that came back just now has shown then that it is there.
async fn answers(idle: &mut sqlx::PgConnection, idle_for: Duration) -> Result<bool, sqlx::Error> {
    if idle_for < FRESH {
        return Ok(true);
    }
    let silent = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(PING, idle.ping()).await.map_err(silent)?.map(|()| true)
}

fn settled(options: PgConnectOptions, sync: SyncMode) -> PgConnectOptions {
    let synchronous_commit = match sync {
        SyncMode::Full => "on",
        SyncMode::Normal => "off",
    };
    let patience = format!("{}ms", PATIENCE.as_millis());
    options.application_name(NAME).options([
        ("synchronous_commit", synchronous_commit),
        // A transaction that has waited for a topic's lock sees what was committed meanwhile.
        ("default_transaction_isolation", "read committed"),
        ("lock_timeout", &patience),
        // A process that hangs inside a transaction lets go of the topics it has locked.
        ("idle_in_transaction_session_timeout", &patience),
        // PostgreSQL's side of a connection that has died silently goes within half a minute, and its locks with it. Ours has
        // time limits of its own (`lease`).
        ("tcp_user_timeout", TCP_USER_TIMEOUT),
        ("tcp_keepalives_idle", "15"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
    ])
}

/// Whether a part of a password may stand where the host, the port or the database's name are expected: behind `/`, `?` or `#`
/// nothing is expected to have an `@`, and nobody needs a fragment.
fn is_ambiguous(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let behind = rest.find(['/', '?', '#']).map_or("", |end| &rest[end..]);
    behind.contains(['@', '#'])
}

fn parse(url: &str) -> Result<PgConnectOptions, DatabaseError> {
    if is_ambiguous(url) {
        return Err(DatabaseError::Encoding(kind_of(url)));
    }
    PgConnectOptions::from_str(url)
        .map_err(|error| DatabaseError::Open { name: kind_of(url), error: connecting(error) })
}

/// Where it is, and nothing of what else the URL says: a password may stand in several places of it.
fn name_of(asked: &PgConnectOptions) -> String {
    let host = match asked.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", asked.get_host(), asked.get_port()),
    };
    format!("postgres://{host}/{}", asked.get_database().unwrap_or(asked.get_username()))
}

fn connecting(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
