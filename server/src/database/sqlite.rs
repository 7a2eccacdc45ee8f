//! A SQLite file: one connection that writes, a few that read.
//!
//! SQLite allows one writer at a time. With a single connection for it, writers queue in the pool and never wait for the
//! file's lock. The write-ahead log lets readers go on meanwhile, and `synchronous` decides when a commit is durable.

pub(super) mod interruptible;
pub(super) mod reopen_guard;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::future::try_join_all;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, Value,
    sqlx::{
        self, Arguments, AssertSqlSafe, ConnectOptions as _, Connection, Sqlite, SqliteConnection,
        pool::PoolConnection,
        sqlite::{
            SqliteArguments, SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous,
        },
    },
};

use super::{
    DatabaseError, MAX_READ_CONNECTIONS, MAX_SEARCH_CONNECTIONS, Pools, WAIT_TIMEOUT,
    error::{conn_error, exec_error},
    file_lock::sidecar,
    lazy, sqlite_file,
};
use crate::config::SyncMode;

/// Page cache of each connection: 16 MiB, allocated as it is used. SQLite takes negative numbers for KiB.
const CACHE_SIZE: &str = "-16384";
/// Prepared statements that each connection keeps. Appending has a statement for each size of a batch.
const STATEMENT_CACHE_CAPACITY: usize = 400;
/// Rows that the connection's thread reads ahead, so that a page of events takes one exchange between the threads.
const ROW_BUFFER_SIZE: usize = 1_024;
/// How long a checkpoint waits for a reader. The writer is paused meanwhile.
const CHECKPOINT_BUSY_TIMEOUT: Duration = Duration::from_millis(100);

/// The SQL of a whole transaction, which goes to SQLite as one command.
#[derive(Debug, Clone)]
pub(crate) enum TransactionSql {
    /// A single statement, which is a transaction by itself.
    Statement(Arc<str>),
    /// Statements separated by `;`. The first one begins a transaction and the last one commits it.
    Script(Arc<str>),
}

/// The path that SQLite has opened, with links and escapes resolved.
pub(super) async fn file_of(connection: &impl ConnectionTrait) -> Result<PathBuf, DbErr> {
    let list = Statement::from_string(DbBackend::Sqlite, "PRAGMA database_list");
    let main = connection.query_one_raw(list).await?;
    let file: String = main.map_or(Ok(String::new()), |main| main.try_get("", "file"))?;
    Ok(PathBuf::from(file))
}

/// Opens an existing file.
pub(super) async fn open(url: &str, path: &Path, sync: SyncMode) -> Result<Pools, DatabaseError> {
    let failed = |error| match sqlite_file::open_error(path) {
        Some(error) => DatabaseError::File { name: url.to_owned(), error },
        None => DatabaseError::Open { name: url.to_owned(), error },
    };
    initialize(url, path).await.map_err(failed)?;
    let write = connect(url, 1, WAIT_TIMEOUT, sync).await.map_err(failed)?;
    let read = connect(url, MAX_READ_CONNECTIONS, WAIT_TIMEOUT, sync).await.map_err(failed)?;
    let search =
        sea_orm::Database::connect(lazy(options(url, MAX_SEARCH_CONNECTIONS, WAIT_TIMEOUT, sync))).await;
    Ok(Pools { write, append: None, read, search: search.map_err(failed)? })
}

/// Opens one connection that cannot write, for all purposes.
///
/// Without a write-ahead log nobody uses the file, and it is opened as one that does not change: SQLite would create the log and its
/// index otherwise, and a server of another user could not open them.
pub(super) async fn open_read_only(url: &str, path: &Path) -> Result<Pools, DatabaseError> {
    let is_unused = !sidecar(path, "-wal").exists();
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).acquire_timeout(WAIT_TIMEOUT).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |options| {
        options.read_only(true).create_if_missing(false).immutable(is_unused).busy_timeout(WAIT_TIMEOUT)
    });
    let reader = sea_orm::Database::connect(options).await;
    let reader = reader.map_err(|error| DatabaseError::Open { name: url.to_owned(), error })?;
    Ok(Pools { write: reader.clone(), append: None, read: reader.clone(), search: reader })
}

/// Lets an empty file give free pages back to the disk (see `free_pages`). Later, only a rewrite of the file can change that.
async fn initialize(url: &str, path: &Path) -> Result<(), DbErr> {
    if path.metadata().is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    let options: SqliteConnectOptions = url.parse().map_err(conn_error)?;
    let options = connect_options(options, WAIT_TIMEOUT).auto_vacuum(SqliteAutoVacuum::Incremental);
    let connection = options.connect().await.map_err(conn_error)?;
    connection.close().await.map_err(conn_error)
}

/// Opens one more connection, for checkpoints.
pub(super) async fn open_checkpoint_connection(
    url: &str,
    sync: SyncMode,
) -> Result<DatabaseConnection, DbErr> {
    connect(url, 1, CHECKPOINT_BUSY_TIMEOUT, sync).await
}

/// Takes the file's write lock at the beginning. A transaction that reads first and then needs the lock does not wait for it:
/// SQLite refuses it with `SQLITE_BUSY`.
pub(super) fn immediate_transaction() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// Takes a connection from the pool.
pub(super) async fn acquire(connections: &DatabaseConnection) -> Result<PoolConnection<Sqlite>, DbErr> {
    connections.get_sqlite_connection_pool().acquire().await.map_err(conn_error)
}

/// Opens all connections that read and search. One that is opened later might open another file, if the first one was moved
/// away.
pub(super) async fn open_readers(
    read: &DatabaseConnection,
    search: &DatabaseConnection,
) -> Result<(), DbErr> {
    try_join_all((0..MAX_READ_CONNECTIONS).map(|_| acquire(read))).await?;
    try_join_all((0..MAX_SEARCH_CONNECTIONS).map(|_| acquire(search))).await.map(drop)
}

/// Executes a transaction with all its values: one round trip to the connection's thread, instead of one for each statement.
/// When a statement fails, everything is rolled back, and the connection may be closed when it is returned.
pub(super) async fn transact(
    connection: &mut PoolConnection<Sqlite>,
    sql: TransactionSql,
    values: Vec<Value>,
) -> Result<(), DbErr> {
    let (text, is_script) = match sql {
        TransactionSql::Statement(text) => (text, false),
        TransactionSql::Script(text) => (text, true),
    };
    let done = sqlx::query_with(AssertSqlSafe(text), arguments(values)?).execute(&mut **connection).await;
    if let Err(error) = &done {
        // A unique violation leaves a script's transaction open, to be rolled back. After any other error the connection's
        // state is unknown.
        let is_refused = error.as_database_error().is_some_and(|error| error.is_unique_violation());
        if !is_refused || (is_script && sqlx::raw_sql("ROLLBACK").execute(&mut **connection).await.is_err()) {
            connection.close_on_drop();
        }
    }
    done.map(drop).map_err(exec_error)
}

/// Binds the values without copying them.
fn arguments(values: Vec<Value>) -> Result<SqliteArguments, DbErr> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        let added = match value {
            Value::Bool(value) => arguments.add(value),
            Value::SmallInt(value) => arguments.add(value),
            Value::BigInt(value) => arguments.add(value),
            Value::String(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Uuid(value) => arguments.add(value),
            other => return Err(DbErr::Type(format!("a value that no column has: {other:?}"))),
        };
        added.map_err(|error| exec_error(sqlx::Error::Encode(error)))?;
    }
    Ok(arguments)
}

async fn connect(
    url: &str,
    connections: u32,
    busy_timeout: Duration,
    sync: SyncMode,
) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(options(url, connections, busy_timeout, sync)).await
}

fn options(url: &str, connections: u32, busy_timeout: Duration, sync: SyncMode) -> ConnectOptions {
    let synchronous = match sync {
        SyncMode::Full => SqliteSynchronous::Full,
        SyncMode::Normal => SqliteSynchronous::Normal,
    };
    let mut options = ConnectOptions::new(url);
    // The pool opens no connection of its own accord: see `reopen_guard`.
    options.min_connections(0).max_connections(connections).acquire_timeout(WAIT_TIMEOUT).sqlx_logging(false);
    // Connections are never replaced: a later one might open another file, if the first one was moved away.
    options.idle_timeout(None).max_lifetime(None);
    // No network is involved, so no connection can have died.
    options.test_before_acquire(false);
    options
        .map_sqlx_sqlite_opts(move |options| connect_options(options, busy_timeout).synchronous(synchronous));
    options.map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|used, _| Box::pin(is_reusable(used))));
    options
}

/// Whether a connection may be used again. On a full disk SQLite rolls a transaction back by itself, and sqlx still counts it
/// as open: it would begin and commit the next transaction within that one, acknowledged and never written.
async fn is_reusable(used: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if used.is_in_transaction() {
        // The thread of the connection works in order: its answer shows that a rollback on drop is done as well.
        used.ping().await?;
    }
    Ok(!used.is_in_transaction())
}

fn connect_options(options: SqliteConnectOptions, busy_timeout: Duration) -> SqliteConnectOptions {
    options
        // The file was created before it was locked. If it is gone since, an empty one must not take its place.
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(busy_timeout)
        .foreign_keys(true)
        // Deleted content is overwritten.
        .pragma("secure_delete", "ON")
        // Statement journals, which undo a statement that fails midway, stay in memory.
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", CACHE_SIZE)
        .statement_cache_capacity(STATEMENT_CACHE_CAPACITY)
        .row_buffer_size(ROW_BUFFER_SIZE)
        // Checkpoints run on another connection, so that no commit waits for one: see `checkpoint`.
        .pragma("wal_autocheckpoint", "0")
}
