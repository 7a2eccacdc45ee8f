//! The database: its connections and its schema.
//!
//! All differences between the two kinds are in `sqlite` and `postgres`.

mod checkpoint;
mod connect_retry;
mod connections;
mod deadline;
mod error;
mod file_lock;
mod file_watch;
mod free_space;
mod lease;
mod open;
mod postgres;
mod sqlite;
mod sqlite_file;
mod wal_preallocate;
mod writer_lease;
mod writer_load;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::future::{join, join3};
use migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::config::SyncMode;
pub use checkpoint::Checkpointer;
pub(crate) use connections::{BoundedTransaction, Connections};
pub use error::DatabaseError;
pub(crate) use error::DeadlineError;
use file_lock::FileLock;
pub use file_watch::FileWatch;
use free_space::FreeSpace;
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
    read: Connections,
    search: Connections,
    kind: Kind,
    /// The URL without a password.
    name: String,
    sync: SyncMode,
    /// Keeps other processes from using a SQLite file.
    lock: Option<Arc<FileLock>>,
    /// Cancelled when a SQLite file was deleted, moved or replaced.
    detached: CancellationToken,
    free_space: FreeSpace,
    writer_load: WriterLoad,
}

struct Pools {
    write: DatabaseConnection,
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
        self.read.set_timeout(timeout);
        self.search.set_timeout(timeout);
        self
    }

    /// Cancels all commands that PostgreSQL has not answered: they fail, and nothing of them is acknowledged. Later commands
    /// have a second each. Returns `false` for SQLite, whose commands cannot be cancelled.
    pub fn cancel_pending(&self) -> bool {
        if self.is_shared() {
            warn!("database.pending_cancelled: PostgreSQL has not answered in time");
            self.write.cancel_pending();
            self.read.cancel_pending();
            self.search.cancel_pending();
        }
        self.is_shared()
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
            Kind::Sqlite => Migrator::up(self.write.pool(), None).await,
            Kind::Postgres => postgres::migrate(self.write.pool()).await,
        };
        self.migrated(migrated)
    }

    /// Reverts the newest migration.
    pub async fn migrate_down(&self) -> Result<(), DatabaseError> {
        self.migrated(Migrator::down(self.write.pool(), Some(1)).await)
    }

    /// Returns each migration's name, and whether it was applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DatabaseError> {
        let all = Migrator::get_migration_with_status_read_only(self.write.pool()).await;
        let status = |migration: &Migration| {
            (migration.name().to_owned(), migration.status() == MigrationStatus::Applied)
        };
        Ok(self.migrated(all)?.iter().map(status).collect())
    }

    /// Returns the task that keeps a SQLite file's write-ahead log short, or `None` for PostgreSQL.
    pub async fn checkpointer(&self) -> Result<Option<Checkpointer>, DatabaseError> {
        let Kind::Sqlite = self.kind else { return Ok(None) };
        let failed = |error| DatabaseError::Open { name: self.name.clone(), error };
        let connection = sqlite::open_checkpoint_connection(&self.name, self.sync).await.map_err(failed)?;
        let wal = sqlite::wal_of(&connection).await.map_err(failed)?;
        let write = self.write.pool().clone();
        Ok(Some(Checkpointer::new(connection, write, wal, self.detached.clone())))
    }

    /// Returns the task that detects a SQLite file's deletion, move or replacement, or `None` for PostgreSQL.
    pub async fn file_watch(&self) -> Result<Option<FileWatch>, DatabaseError> {
        let Kind::Sqlite = self.kind else { return Ok(None) };
        let failed = |error| DatabaseError::Open { name: self.name.clone(), error };
        sqlite::open_readers(self.read.pool()).await.map_err(failed)?;
        let file = sqlite::file_of(self.write.pool()).await.map_err(failed)?;
        let lock = self.lock.as_ref().map(|lock| lock.path());
        let watch = FileWatch::start(self.clone(), &file, lock);
        watch.map(Some).map_err(|error| DatabaseError::File { name: self.name.clone(), error })
    }

    /// Whether writing has ended because a SQLite file was deleted, moved or replaced.
    pub(crate) fn is_detached(&self) -> bool {
        self.detached.is_cancelled()
    }

    /// Whether it can be read and written.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        if self.is_detached() {
            return Err(DbErr::Custom("the database file was deleted, moved or replaced".to_owned()));
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
                let file = sqlite::file_of(self.read.pool()).await?;
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
        let search = self.search.pool().clone();
        match self.kind {
            Kind::Sqlite => {
                let _ = join(read.close(), search.close()).await;
                checkpoint::truncate_wal(&write).await;
                let _ = write.close().await;
            }
            // There is nothing left to write, so a server that does not answer holds up the shutdown only briefly.
            Kind::Postgres => {
                let _ = timeout(CLOSE_TIMEOUT, join3(read.close(), search.close(), write.close())).await;
            }
        }
        self.lock.iter().for_each(|lock| lock.release());
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        self.write.begin().await
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

/// Opens connections only when they are used.
fn lazy(mut options: ConnectOptions) -> ConnectOptions {
    options.min_connections(0).connect_lazy(true);
    options
}

#[cfg(test)]
mod tests;
