//! A PostgreSQL server.

mod probe;
mod reach;
mod session;

use std::{str::FromStr, time::Duration};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr,
    Statement, TransactionTrait, Value,
    sqlx::{self, Connection, postgres::PgConnectOptions},
};
use tokio::time::{Instant, timeout};

use super::{
    Connections, DatabaseError, DirectConnections, MAX_READ_CONNECTIONS, MAX_SEARCH_CONNECTIONS, Pools,
    WAIT_TIMEOUT,
    error::{DeadlineError, conn_error, redacted},
    lazy,
};
use crate::config::SyncMode;
use probe::{Probe, Route};
pub(super) use reach::is_unreachable;
pub(super) use session::{BEGIN, SessionMode, lock_timeout_within};
pub(crate) use session::{LISTEN_APPLICATION_NAME, NOTIFY_APPLICATION_NAME};
use session::{SERVER_APPLICATION_NAMES, direct_options, pooled_options};

/// Events have a connection of their own: neither does a new session wait for the log, nor the log for a thousand new sessions.
const APPEND_CONNECTIONS: u32 = 1;
const MAX_WRITE_CONNECTIONS: u32 = 1;
/// How long an idle connection may take to answer a ping before it is used.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// A connection that was idle for less is used without a ping.
const PING_AFTER_IDLE: Duration = Duration::from_secs(1);
/// The advisory lock that a migrating process holds: "chorus" in ASCII.
const MIGRATION_LOCK_ID: i64 = 0x0063_686f_7275_7300;
/// The SQLSTATE of a statement that was ended by a timeout.
const QUERY_CANCELED: &str = "57014";
/// Whether a Chorus server has connections to this database.
const IS_SERVED: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = ANY($1))";

pub(super) fn is_postgres_url(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// An open database.
pub(super) struct OpenedPostgres {
    pub(super) pools: Pools,
    /// The URL without a password.
    pub(super) name: String,
    pub(super) mode: SessionMode,
    pub(super) direct: DirectConnections,
}

/// Opens the database. If `url` leads to a pooler, `direct_url` must lead to its server.
pub(super) async fn open(
    url: &str,
    direct_url: Option<&str>,
    sync: SyncMode,
) -> Result<OpenedPostgres, DatabaseError> {
    let target = parse(url)?;
    let direct_target = direct_url.map(parse).transpose()?;
    let mode = session_mode(&target, direct_target.as_ref(), sync).await?;
    let name = name_of(&target);
    let connect = async |options| {
        let failed = |error| DatabaseError::Open { name: name.clone(), error };
        sea_orm::Database::connect(options).await.map_err(failed)
    };
    let pools = Pools {
        write: connect(options(url, MAX_WRITE_CONNECTIONS, mode, sync)).await?,
        append: Some(connect(options(url, APPEND_CONNECTIONS, mode, sync)).await?),
        read: connect(options(url, MAX_READ_CONNECTIONS, mode, sync)).await?,
        search: connect(lazy(options(url, MAX_SEARCH_CONNECTIONS, mode, sync))).await?,
    };
    let direct_pool = match direct_url {
        Some(url) => Some(connect(options(url, 1, SessionMode::Own, sync)).await?),
        None => None,
    };
    let direct_options = direct_options(direct_target.unwrap_or(target), sync);
    let direct = DirectConnections::new(direct_options, direct_pool.map(Connections::from));
    Ok(OpenedPostgres { pools, name, mode, direct })
}

/// Finds out how to use the database, and whether all settings that Chorus relies on hold. A probe also reports the reason of
/// a failure, where a pool would report a timeout.
async fn session_mode(
    target: &PgConnectOptions,
    direct_target: Option<&PgConnectOptions>,
    sync: SyncMode,
) -> Result<SessionMode, DatabaseError> {
    let probe = Probe::new(target, sync);
    let route = probe.route().await?;
    let is_pooled = matches!(route, Route::Pooler(_));
    if is_pooled && target.get_options().is_some() {
        return Err(DatabaseError::PoolerOptions(name_of(target)));
    }
    match (route, direct_target) {
        (Route::Pooler(reason), None) => {
            return Err(DatabaseError::Pooler { name: name_of(target), reason });
        }
        (_, Some(direct)) => Probe::new(direct, sync).check_direct(&probe, is_pooled).await?,
        (Route::Direct, None) => {}
    }
    if is_pooled { probe.pooled_mode().await } else { Ok(SessionMode::Own) }
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
    let failed = |error| DatabaseError::Open { name: name.clone(), error: conn_error(error) };
    let query = async {
        // A pooler that refuses other options is recognised when the database is opened.
        let options = target.application_name("chorus tool").extra_float_digits(None);
        let mut connection = sqlx::PgConnection::connect_with(&options).await?;
        let served = sqlx::query_scalar::<_, bool>(IS_SERVED)
            .bind(SERVER_APPLICATION_NAMES)
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

fn options(url: &str, connections: u32, mode: SessionMode, sync: SyncMode) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.min_connections(1).max_connections(connections).acquire_timeout(WAIT_TIMEOUT).sqlx_logging(false);
    options.map_sqlx_postgres_opts(move |options| match mode {
        SessionMode::Own => direct_options(options, sync),
        SessionMode::Pooled { .. } => pooled_options(options),
    });
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
        .map_err(|error| DatabaseError::Open { name: redacted(url), error: conn_error(error) })
}

/// The options by which PostgreSQL's own programs connect to the database, without a password: host, port, user and database.
pub(crate) fn client_options(url: &str) -> Result<[(&'static str, String); 4], DatabaseError> {
    let target = parse(url)?;
    let host = target.get_socket().map(|socket| socket.display().to_string());
    let user = target.get_username().to_owned();
    Ok([
        ("host", host.unwrap_or_else(|| target.get_host().to_owned())),
        ("port", target.get_port().to_string()),
        ("dbname", target.get_database().unwrap_or(&user).to_owned()),
        ("username", user),
    ])
}

/// The URL rebuilt from host, port and database, since a password can occur in several places of the original.
fn name_of(target: &PgConnectOptions) -> String {
    let host = match target.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", target.get_host(), target.get_port()),
    };
    format!("postgres://{host}/{}", target.get_database().unwrap_or(target.get_username()))
}
