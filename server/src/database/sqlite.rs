//! A SQLite file: one connection that writes, a few that read.
//!
//! SQLite takes one writer at a time; with one connection for it nobody ever waits for a lock that another holds. The
//! write-ahead log lets readers go on meanwhile, and `synchronous` says when a commit is durable.

pub(super) mod interruptible;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use futures::future::try_join_all;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode,
    Statement, TransactionOptions, Value,
    sqlx::{
        self, Arguments, AssertSqlSafe, Connection, SqlSafeStr, Sqlite, SqliteConnection, Transaction,
        pool::PoolConnection,
        sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};

use super::{DatabaseError, PATIENCE, Pools, READERS, bounded::SEARCHERS, file, lazily, lock::beside, pen};
use crate::config::SyncMode;

/// Of pages in memory, a connection, in KiB (below zero, as SQLite wants it); taken as they are used.
const CACHE: &str = "-16384";
/// Statements that stay prepared, a connection: those that append come in many sizes.
const STATEMENTS: usize = 400;
/// Rows that are read ahead of whoever takes them: a page of events comes in one go, not in many between two threads.
const ROWS: usize = 1_024;
/// How long a checkpoint keeps a writer waiting that waits for a reader.
const SHORT_PATIENCE: Duration = Duration::from_millis(100);

/// The file's path as SQLite has found it, behind links and escapes.
pub(super) async fn file_of(connection: &DatabaseConnection) -> Result<PathBuf, DbErr> {
    let list = Statement::from_string(DbBackend::Sqlite, "PRAGMA database_list");
    let main = connection.query_one_raw(list).await?;
    let file: String = main.map_or(Ok(String::new()), |main| main.try_get("", "file"))?;
    Ok(PathBuf::from(file))
}

/// The write-ahead log, which lies beside the file.
pub(super) async fn wal_of(connection: &DatabaseConnection) -> Result<PathBuf, DbErr> {
    Ok(beside(&file_of(connection).await?, "-wal"))
}

/// Opens the file, which is there.
pub(super) async fn open(url: &str, path: &Path, sync: SyncMode) -> Result<Pools, DatabaseError> {
    let failed = |error| match file::reason(path) {
        Some(error) => DatabaseError::File { name: url.to_owned(), error },
        None => DatabaseError::Open { name: url.to_owned(), error },
    };
    let write = connect(url, 1, PATIENCE, sync).await.map_err(failed)?;
    let read = connect(url, READERS, PATIENCE, sync).await.map_err(failed)?;
    let search = sea_orm::Database::connect(lazily(options(url, SEARCHERS, PATIENCE, sync))).await;
    Ok(Pools { write, read, search: search.map_err(failed)? })
}

/// One more connection, which makes checkpoints.
pub(super) async fn checkpointer(url: &str, sync: SyncMode) -> Result<DatabaseConnection, DbErr> {
    connect(url, 1, SHORT_PATIENCE, sync).await
}

/// Asks for the file's write lock first: a transaction that has read and then wants it is refused where this one waits.
pub(super) fn at_once() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// One of these connections, once nobody else has it.
pub(super) async fn acquire(connections: &DatabaseConnection) -> Result<PoolConnection<Sqlite>, DbErr> {
    connections.get_sqlite_connection_pool().acquire().await.map_err(failed)
}

/// Opens all connections that read: one that is opened later might open another file, where the first one was moved away.
pub(super) async fn open_readers(read: &DatabaseConnection) -> Result<(), DbErr> {
    try_join_all((0..READERS).map(|_| acquire(read))).await.map(drop)
}

/// Takes the file's write lock and writes nothing: nobody else writes until the transaction ends, which owns its connection.
pub(super) async fn hold(connection: PoolConnection<Sqlite>) -> Result<Transaction<'static, Sqlite>, DbErr> {
    // `begin_with` would borrow the connection. This is what it calls, and what a pool calls, which owns it.
    Transaction::begin(connection, Some("BEGIN IMMEDIATE".into_sql_str())).await.map_err(failed)
}

/// Executes a transaction with all its values: it costs one way to the connection's thread and back where each statement would
/// cost one. When one of them fails, all are taken back, and the connection may be closed when it is let go.
pub(super) async fn transact(
    connection: &mut PoolConnection<Sqlite>,
    transaction: pen::Transaction,
    values: Vec<Value>,
) -> Result<(), DbErr> {
    let (text, several) = match transaction {
        pen::Transaction::One(text) => (text, false),
        pen::Transaction::Several(text) => (text, true),
    };
    let done = sqlx::query_with(AssertSqlSafe(text), arguments(values)?).execute(&mut **connection).await;
    if let Err(error) = &done {
        // A row that was refused is taken back with the rest. After anything else nobody knows how SQLite has left it.
        let refused = error.as_database_error().is_some_and(|error| error.is_unique_violation());
        if !refused || (several && sqlx::raw_sql("ROLLBACK").execute(&mut **connection).await.is_err()) {
            connection.close_on_drop();
        }
    }
    done.map(drop).map_err(failed)
}

/// The values as they are bound, without copies.
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
            other => return Err(DbErr::Type(format!("no value of a row: {other:?}"))),
        };
        added.map_err(|error| failed(sqlx::Error::Encode(error)))?;
    }
    Ok(arguments)
}

pub(super) fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

async fn connect(
    url: &str,
    connections: u32,
    patience: Duration,
    sync: SyncMode,
) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(options(url, connections, patience, sync)).await
}

fn options(url: &str, connections: u32, patience: Duration, sync: SyncMode) -> ConnectOptions {
    let synchronous = match sync {
        SyncMode::Full => SqliteSynchronous::Full,
        SyncMode::Normal => SqliteSynchronous::Normal,
    };
    let mut options = ConnectOptions::new(url);
    options.min_connections(1).max_connections(connections).acquire_timeout(PATIENCE).sqlx_logging(false);
    // A connection that was opened later might open another file, where the first one was moved away.
    options.idle_timeout(None).max_lifetime(None);
    // No line can be lost between this process and a file.
    options.test_before_acquire(false);
    options.map_sqlx_sqlite_opts(move |options| settled(options, patience).synchronous(synchronous));
    options.map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|used, _| Box::pin(is_sound(used))));
    options
}

/// Whether a connection may be used again. On a full disk SQLite ends a transaction by itself; sqlx goes on counting it,
/// and would begin and commit the next one inside of it: acknowledged, and never written.
async fn is_sound(used: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if used.is_in_transaction() {
        // What was taken back on the way out is done once this is answered.
        used.ping().await?;
    }
    Ok(!used.is_in_transaction())
}

fn settled(options: SqliteConnectOptions, patience: Duration) -> SqliteConnectOptions {
    options
        // The file was made before it was locked; one that has gone since must not come back empty.
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(patience)
        .foreign_keys(true)
        // What is deleted is overwritten, not only forgotten.
        .pragma("secure_delete", "ON")
        // What is taken back within a statement is kept in memory.
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", CACHE)
        .statement_cache_capacity(STATEMENTS)
        .row_buffer_size(ROWS)
        // Nobody who waits for a commit waits for a checkpoint as well: see `checkpoint`.
        .pragma("wal_autocheckpoint", "0")
}
