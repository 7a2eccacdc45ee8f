//! The database: its connections and its schema.
//!
//! All differences between the two kinds are in `sqlite` and `postgres`.

mod checkpoint;
mod connections;
mod deadline;
mod direct;
mod error;
mod file_lock;
mod file_watch;
mod free_space;
mod lease;
mod open;
mod postgres;
mod sqlite;
mod sqlite_file;
mod turns;
mod writer_lease;
mod writer_load;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::future::{join, join4};
use migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::config::SyncMode;
pub use checkpoint::Checkpointer;
pub(crate) use connections::{BoundedTransaction, Connections};
use direct::DirectConnections;
pub use error::DatabaseError;
pub(crate) use error::{DeadlineError, is_transient};
use file_lock::FileLock;
pub use file_watch::FileWatch;
use file_watch::OpenedFiles;
use free_space::FreeSpace;
pub(crate) use postgres::{LISTEN_APPLICATION_NAME, NOTIFY_APPLICATION_NAME};
pub(crate) use sqlite::TransactionSql;
pub(crate) use writer_lease::WriterLease;
pub(crate) use writer_load::WriterLoad;

/// How long to wait for a connection, for a lock that another process holds, and for a server that does not answer.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the connections to a server may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Connections in the pool for reads.
pub(crate) const MAX_READ_CONNECTIONS: u32 = 4;
/// Connections in the pool for searches.
pub(crate) const MAX_SEARCH_CONNECTIONS: u32 = 2;

/// The open database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    write: Connections,
    /// For the log's events alone. With SQLite, which has one connection that writes, the same as `write`, but ahead of all others.
    append: Connections,
    read: Connections,
    search: Connections,
    kind: Kind,
    /// The URL without a password.
    name: String,
    sync: SyncMode,
    /// Keeps other processes from using a SQLite file.
    lock: Option<Arc<FileLock>>,
    /// Connections to PostgreSQL that no pooler shares. `None` for SQLite.
    direct: Option<DirectConnections>,
    /// Cancelled when a SQLite file was deleted, moved or replaced.
    detached: CancellationToken,
    /// The files of a SQLite database that is served; unset otherwise.
    files: Arc<OnceLock<OpenedFiles>>,
    free_space: FreeSpace,
    writer_load: WriterLoad,
}

struct Pools {
    write: DatabaseConnection,
    /// `None` if events are appended on the connection that also writes everything else.
    append: Option<DatabaseConnection>,
    read: DatabaseConnection,
    search: DatabaseConnection,
}

#[derive(Debug, Clone)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Database {
    /// Sets the time limit of transactions and reads on PostgreSQL, after which their connection is closed. Migrations have no
    /// limit.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.write.set_timeout(timeout);
        self.append.set_timeout(timeout);
        self.read.set_timeout(timeout);
        self.search.set_timeout(timeout);
        if let Some(direct) = &mut self.direct {
            direct.set_timeout(timeout);
        }
        self
    }

    /// Cancels all commands that PostgreSQL has not answered: they fail, and nothing of them is acknowledged. Later commands
    /// have a second each. Returns `false` for SQLite, whose commands cannot be cancelled.
    pub fn cancel_pending(&self) -> bool {
        if self.is_shared() {
            warn!("database.pending_cancelled: PostgreSQL has not answered in time");
            self.write.cancel_pending();
            self.append.cancel_pending();
            self.read.cancel_pending();
            self.search.cancel_pending();
        }
        self.is_shared()
    }

    /// Whether pending commands were cancelled, because the server shuts down.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.write.is_cancelled()
    }

    /// Whether a URL names a PostgreSQL server.
    pub(crate) fn is_postgres(url: &str) -> bool {
        postgres::is_postgres_url(url)
    }

    /// Whether other processes may write as well, as with PostgreSQL. A SQLite file belongs to one process.
    pub fn is_shared(&self) -> bool {
        matches!(self.kind, Kind::Postgres)
    }

    /// The database's URL without a password.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        let migrated = match self.kind {
            Kind::Sqlite => Migrator::up(self.schema(), None).await,
            Kind::Postgres => postgres::migrate(self.schema()).await,
        };
        self.migrated(migrated)
    }

    /// Reverts the newest migration.
    pub async fn migrate_down(&self) -> Result<(), DatabaseError> {
        self.migrated(Migrator::down(self.schema(), Some(1)).await)
    }

    /// Returns each migration's name, and whether it was applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DatabaseError> {
        let all = Migrator::get_migration_with_status_read_only(self.schema()).await;
        let status = |migration: &Migration| {
            (migration.name().to_owned(), migration.status() == MigrationStatus::Applied)
        };
        Ok(self.migrated(all)?.iter().map(status).collect())
    }

    /// Returns the task that keeps a SQLite file's write-ahead log short, or `None` for PostgreSQL. To be called after
    /// [`file_watch`](Self::file_watch), which tells it the files.
    pub async fn checkpointer(&self) -> Result<Option<Checkpointer>, DatabaseError> {
        let Kind::Sqlite = self.kind else { return Ok(None) };
        let failed = |error| DatabaseError::Open { name: self.name.clone(), error };
        let connection = sqlite::open_checkpoint_connection(&self.name, self.sync).await.map_err(failed)?;
        let connection = Connections::from(connection);
        if let Some(files) = self.files.get() {
            connection.guard(files);
        }
        Ok(Some(Checkpointer::new(connection, self.write.clone(), self.detached.clone())))
    }

    /// Returns the task that detects a SQLite file's deletion, move or replacement, or `None` for PostgreSQL.
    pub async fn file_watch(&self) -> Result<Option<FileWatch>, DatabaseError> {
        let Kind::Sqlite = self.kind else { return Ok(None) };
        let failed = |error| DatabaseError::Open { name: self.name.clone(), error };
        sqlite::open_readers(self.read.pool(), self.search.pool()).await.map_err(failed)?;
        let file = sqlite::file_of(&self.write).await.map_err(failed)?;
        let lock = self.lock.as_ref().map(|lock| lock.path());
        let files = OpenedFiles::remember(&file, lock)
            .map_err(|error| DatabaseError::File { name: self.name.clone(), error })?;
        let files = self.files.get_or_init(|| files).clone();
        [&self.write, &self.read, &self.search].into_iter().for_each(|connections| connections.guard(&files));
        Ok(Some(FileWatch::new(self.clone(), files)))
    }

    /// Whether writing has ended because a SQLite file was deleted, moved or replaced.
    pub(crate) fn is_detached(&self) -> bool {
        self.detached.is_cancelled()
    }

    /// Whether it can be read and written.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        if self.is_detached() {
            return Err(files_are_gone());
        }
        self.read.ping().await
    }

    /// Ends all writing by closing the pool of the connection that writes, so that no write has to check for it.
    async fn detach(&self, file: &Path) {
        error!(
            file = %file.display(),
            "database.file_gone: this file was deleted, moved or replaced while it is in use. Nothing is stored any more. \
             Put the right files in place and restart"
        );
        self.detached.cancel();
        // Closing the last connection would make SQLite remove the write-ahead log by its name, which may lead to another
        // database's log by now. So the connections that read are kept open until the process ends.
        std::mem::forget(self.read.clone());
        self.write.pool().get_sqlite_connection_pool().close().await;
    }

    /// Checks the free space on a SQLite file's disk, of which `floor` bytes must be free, and returns the task that repeats it.
    /// Returns `None` for PostgreSQL, whose disk is another server's, and for a floor of 0.
    pub(crate) fn watch_free_space(
        &self,
        floor: Option<u64>,
        drain: CancellationToken,
    ) -> Option<impl Future<Output = ()> + use<>> {
        if self.is_shared() || floor == Some(0) {
            return None;
        }
        let file = sqlite_file::path_in(&self.name).ok()?;
        self.free_space.check(&file, floor);
        Some(self.free_space.clone().watch(file, floor, drain))
    }

    /// Whether so little space is free that writes are refused.
    pub(crate) fn is_disk_low(&self) -> bool {
        self.free_space.is_low()
    }

    /// The path of a file beside a SQLite file: the path that SQLite has opened, and a suffix. Returns `None` for PostgreSQL.
    pub(crate) async fn sidecar(&self, suffix: &str) -> Result<Option<PathBuf>, DbErr> {
        match self.kind {
            Kind::Sqlite => {
                let file = sqlite::file_of(&self.read).await?;
                Ok(Some(file_lock::sidecar(&file, suffix)))
            }
            Kind::Postgres => Ok(None),
        }
    }

    /// Waits until everything is written, then closes all connections. A SQLite file is complete without its log afterwards.
    pub async fn close(self) {
        if self.is_detached() {
            return self.lock.iter().for_each(|lock| lock.release());
        }
        let read = self.read.pool().clone();
        let write = self.write.pool().clone();
        let append = self.append.pool().clone();
        let search = self.search.pool().clone();
        match self.kind {
            Kind::Sqlite => {
                let _ = join(read.close(), search.close()).await;
                checkpoint::truncate_wal(&self.write).await;
                let _ = write.close().await;
            }
            // There is nothing left to write, so a server that does not answer holds up the shutdown only briefly.
            Kind::Postgres => {
                let direct = async {
                    if let Some(direct) = &self.direct {
                        direct.close().await;
                    }
                };
                let pools = join4(read.close(), search.close(), write.close(), append.close());
                let _ = timeout(CLOSE_TIMEOUT, join(pools, direct)).await;
            }
        }
        self.lock.iter().for_each(|lock| lock.release());
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        self.write.begin().await
    }

    /// Begins a transaction that appends events, which on PostgreSQL waits for no other writer's connection.
    pub(crate) async fn begin_append(&self) -> Result<BoundedTransaction, DbErr> {
        self.append.begin().await
    }

    /// Begins a transaction whose statements see everything that was committed: not on a standby, which can be read before it has
    /// replayed that. Errors: the server is a standby.
    pub(crate) async fn begin_on_primary(&self) -> Result<BoundedTransaction, DbErr> {
        let transaction = self.begin().await?;
        if self.is_shared() {
            let statement = Statement::from_string(DbBackend::Postgres, IS_STANDBY);
            let row = transaction.query_one_raw(statement).await?;
            refuse_standby(row.map(|row| row.try_get("", "is_standby")).transpose()?)?;
        }
        Ok(transaction)
    }

    /// For a task that writes often.
    pub(crate) fn writer_lease(&self) -> WriterLease {
        WriterLease::new(self.clone())
    }

    pub(crate) fn writer_load(&self) -> &WriterLoad {
        &self.writer_load
    }

    pub(crate) fn write(&self) -> &Connections {
        &self.write
    }

    pub(crate) fn read(&self) -> &Connections {
        &self.read
    }

    fn migrated<T>(&self, result: Result<T, DbErr>) -> Result<T, DatabaseError> {
        result.map_err(|error| DatabaseError::Migrate { name: self.name.clone(), error })
    }
}

const IS_STANDBY: &str = "SELECT pg_is_in_recovery() AS is_standby";

/// Returns an error unless the server is known to be no standby.
pub(crate) fn refuse_standby(is_standby: Option<bool>) -> Result<(), DbErr> {
    match is_standby {
        Some(false) => Ok(()),
        _ => Err(DbErr::Custom(error::STANDBY_MESSAGE.to_owned())),
    }
}

/// PostgreSQL's `insufficient_privilege`, `undefined_function` and `feature_not_supported`.
const NEVER_ANSWERED: [&str; 3] = ["42501", "42883", "0A000"];

/// Whether a PostgreSQL service forbids a function or does not have it. Other errors may be gone the next time.
pub(crate) fn is_never_answered(error: &DbErr) -> bool {
    let code = match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error().and_then(|error| error.code())
        }
        _ => None,
    };
    code.is_some_and(|code| NEVER_ANSWERED.contains(&code.as_ref()))
}

fn files_are_gone() -> DbErr {
    DbErr::Custom("the database file was deleted, moved or replaced".to_owned())
}

/// Opens connections only when they are used.
fn lazy(mut options: ConnectOptions) -> ConnectOptions {
    options.min_connections(0).connect_lazy(true);
    options
}

#[cfg(test)]
mod tests;
