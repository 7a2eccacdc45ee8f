//! The database: its connections and its schema.
//!
//! All differences between the two kinds are in `sqlite` and `postgres`.

mod checkpoint;
mod connections;
mod deadline;
mod direct;
mod error;
mod failure;
mod file_lock;
mod file_watch;
mod free_pages;
mod free_space;
mod lease;
mod open;
mod postgres;
mod schema;
mod served_files;
mod sqlite;
mod sqlite_file;
mod standby;
mod write_check;
mod writer_lease;
mod writer_load;
mod writer_queue;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::future::{join, join4};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::SyncMode;
pub use checkpoint::Checkpointer;
pub(crate) use connections::{BoundedTransaction, Connections};
use direct::DirectConnections;
pub use error::DatabaseError;
pub(crate) use error::{DeadlineError, is_transient};
pub(crate) use failure::FailureKind;
pub(crate) use file_lock::{FileLock, sidecar};
pub use file_watch::FileWatch;
use file_watch::OpenedFiles;
use free_space::FreeSpace;
pub(crate) use postgres::{LISTEN_APPLICATION_NAME, NOTIFY_APPLICATION_NAME, client_options};
pub(crate) use schema::MOVE_TABLE;
use served_files::files_are_gone;
pub(crate) use sqlite::TransactionSql;
pub(crate) use sqlite_file::{create_if_missing, path_in, url_of};
pub(crate) use standby::{is_never_answered, refuse_standby};
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

    /// Waits until everything is written, then closes all connections. A SQLite file is complete without its log afterwards, unless
    /// another process has it open.
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
                // Beside a server, it would wait for the server's readers.
                if self.lock.is_some() {
                    checkpoint::truncate_wal(&self.write).await;
                }
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

    /// Whether it can be read and written.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        if self.is_detached() {
            return Err(files_are_gone());
        }
        self.read.ping().await
    }

    /// Whether it is a PostgreSQL server that accepts no connections, for which the pool waits as for a slow one.
    pub(crate) async fn is_unreachable(&self) -> bool {
        match self.kind {
            Kind::Sqlite => false,
            Kind::Postgres => {
                let options = self.read.pool().get_postgres_connection_pool().connect_options();
                postgres::is_unreachable(&options).await
            }
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        self.write.begin().await
    }

    /// Begins a transaction that appends events, which on PostgreSQL waits for no other writer's connection.
    pub(crate) async fn begin_append(&self) -> Result<BoundedTransaction, DbErr> {
        self.append.begin().await
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
}

/// Opens connections only when they are used.
fn lazy(mut options: ConnectOptions) -> ConnectOptions {
    options.min_connections(0).connect_lazy(true);
    options
}

#[cfg(test)]
mod tests;
