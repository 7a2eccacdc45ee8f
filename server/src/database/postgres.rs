//! A PostgreSQL server.

use std::{str::FromStr, time::Duration};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr,
    Statement, TransactionTrait, Value,
    sqlx::{self, Connection, postgres::PgConnectOptions},
};
use tokio::time::{Instant, timeout};

use super::{
    Connections, DatabaseError, MAX_READ_CONNECTIONS, MAX_SEARCH_CONNECTIONS, Pools, WAIT_TIMEOUT,
    error::{DeadlineError, redacted},
    lazy,
};
use crate::config::SyncMode;

/// Two, so that a session is stored without waiting for the event log.
const MAX_WRITE_CONNECTIONS: u32 = 2;
/// How long an idle connection may take to answer a ping before it is used.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// A connection that was idle for less is used without a ping.
const PING_AFTER_IDLE: Duration = Duration::from_secs(1);
/// After how many milliseconds without a TCP acknowledgement PostgreSQL drops a connection to this server.
const TCP_USER_TIMEOUT_MS: &str = "10000";
/// The advisory lock that a migrating process holds: "chorus" in ASCII.
const MIGRATION_LOCK_ID: i64 = 0x0063_686f_7275_7300;
/// The SQLSTATE of a statement that was ended by a timeout.
const QUERY_CANCELED: &str = "57014";
/// Marks the connections of Chorus servers.
const APPLICATION_NAME: &str = "chorus";
/// Whether a Chorus server has connections to this database.
const IS_SERVED: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1)";

pub(super) fn is_postgres_url(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// Opens the database and returns its name, which contains no password.
pub(super) async fn open(url: &str, sync: SyncMode) -> Result<(Pools, String), DatabaseError> {
    let target = parse(url)?;
    let name = name_of(&target);
    let failed = |error| DatabaseError::Open { name: name.clone(), error };
    // A pool reports every failure as a timeout; a single connection reports the reason.
    let connected = timeout(WAIT_TIMEOUT, sqlx::PgConnection::connect_with(&target)).await;
    let connected = connected.map_err(|_| DatabaseError::Unresponsive(name.clone()))?;
    let probe = connected.map_err(connection_error).map_err(failed)?;
    probe.close().await.map_err(connection_error).map_err(failed)?;
    let write =
        sea_orm::Database::connect(options(url, MAX_WRITE_CONNECTIONS, sync)).await.map_err(failed)?;
    let read = sea_orm::Database::connect(options(url, MAX_READ_CONNECTIONS, sync)).await.map_err(failed)?;
    let search =
        sea_orm::Database::connect(lazy(options(url, MAX_SEARCH_CONNECTIONS, sync))).await.map_err(failed)?;
    Ok((Pools { write, read, search }, name))
}

/// Returns all rows of a query, which the server ends at the deadline.
pub(super) async fn query_all_before(
    connections: &Connections,
    sql: &'static str,
    values: Vec<Value>,
    deadline: Instant,
) -> Result<Vec<QueryResult>, DeadlineError> {
    let transaction = connections.begin().await?;
    // 0 would mean no timeout.
    let left_ms = deadline.saturating_duration_since(Instant::now()).as_millis().max(1);
    transaction.execute_unprepared(&format!("SET LOCAL statement_timeout = {left_ms}")).await?;
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = transaction.query_all_raw(statement).await.map_err(|error| match is_canceled(&error) {
        true => DeadlineError::Exceeded,
        false => DeadlineError::Database(error),
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

/// Refuses while a Chorus server is connected. Connections are recognised by their application name and not by an advisory
/// lock: behind a pooler that shares sessions such a lock outlives the server, and it is lost with the connection that holds it.
pub(super) async fn refuse_if_served(url: &str) -> Result<(), DatabaseError> {
    let target = parse(url)?;
    let name = name_of(&target);
    let failed = |error| DatabaseError::Open { name: name.clone(), error: connection_error(error) };
    let query = async {
        let mut connection =
            sqlx::PgConnection::connect_with(&target.application_name("chorus tool")).await?;
        let served = sqlx::query_scalar::<_, bool>(IS_SERVED)
            .bind(APPLICATION_NAME)
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(served)
    };
    let is_served =
        timeout(WAIT_TIMEOUT, query).await.map_err(|_| DatabaseError::Unresponsive(name.clone()))?;
    if is_served.map_err(failed)? { Err(DatabaseError::Served(name)) } else { Ok(()) }
}

/// Applies all pending migrations in one transaction, one process at a time.
pub(super) async fn migrate(database: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK_ID})")).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

fn options(url: &str, connections: u32, sync: SyncMode) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.min_connections(1).max_connections(connections).acquire_timeout(WAIT_TIMEOUT).sqlx_logging(false);
    options.map_sqlx_postgres_opts(move |options| session_options(options, sync));
    // A ping with a time limit replaces the pool's own test, which has none: a connection that died while it was idle is
    // replaced soon enough for the caller that waits for one.
    options.test_before_acquire(false);
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|idle, used| Box::pin(is_alive(idle, used.idle_for)))
    });
    options
}

/// Whether an idle connection still answers. One that was returned just now answered then, and is not asked again.
async fn is_alive(idle: &mut sqlx::PgConnection, idle_for: Duration) -> Result<bool, sqlx::Error> {
    if idle_for < PING_AFTER_IDLE {
        return Ok(true);
    }
    let timed_out = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(PING_TIMEOUT, idle.ping()).await.map_err(timed_out)?.map(|()| true)
}

fn session_options(options: PgConnectOptions, sync: SyncMode) -> PgConnectOptions {
    let synchronous_commit = match sync {
        SyncMode::Full => "on",
        SyncMode::Normal => "off",
    };
    let wait_timeout = format!("{}ms", WAIT_TIMEOUT.as_millis());
    options.application_name(APPLICATION_NAME).options([
        ("synchronous_commit", synchronous_commit),
        // A transaction that has waited for a topic's lock sees what was committed meanwhile.
        ("default_transaction_isolation", "read committed"),
        ("lock_timeout", &wait_timeout),
        // Frees the topics that a process has locked that hangs inside a transaction.
        ("idle_in_transaction_session_timeout", &wait_timeout),
        // PostgreSQL drops its side of a silently dead connection, and the locks with it, within half a minute. This server's
        // side has the time limits of `lease`.
        ("tcp_user_timeout", TCP_USER_TIMEOUT_MS),
        ("tcp_keepalives_idle", "15"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
    ])
}

/// Whether the URL may be parsed wrongly because of a password that is not percent-encoded, so that a part of the password
/// would be taken for the host, the port or the database's name. In an intended URL, no `@` follows the first `/`, `?` or
/// `#`, and there is no fragment.
fn is_ambiguous(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let behind = rest.find(['/', '?', '#']).map_or("", |end| &rest[end..]);
    behind.contains(['@', '#'])
}

fn parse(url: &str) -> Result<PgConnectOptions, DatabaseError> {
    if is_ambiguous(url) {
        return Err(DatabaseError::AmbiguousUrl(redacted(url)));
    }
    PgConnectOptions::from_str(url)
        .map_err(|error| DatabaseError::Open { name: redacted(url), error: connection_error(error) })
}

/// The URL rebuilt from host, port and database, since a password can occur in several places of the original.
fn name_of(target: &PgConnectOptions) -> String {
    let host = match target.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", target.get_host(), target.get_port()),
    };
    format!("postgres://{host}/{}", target.get_database().unwrap_or(target.get_username()))
}

fn connection_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
