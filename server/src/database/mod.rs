//! The database: connections that write, connections that read, and its schema.
//!
//! What differs between the two kinds is in `sqlite` and `postgres`, and nowhere else.

mod blank;
mod bounded;
mod checkpoint;
mod connections;
mod demand;
mod error;
mod file;
mod file_watch;
mod free_space;
mod lease;
mod lock;
mod pen;
mod postgres;
mod sqlite;
mod wait;

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
pub(crate) use bounded::{BoundedError, SEARCHERS};
pub use checkpoint::Checkpoints;
pub(crate) use connections::{BoundedTransaction, Connections};
pub(crate) use demand::Demand;
pub use error::DatabaseError;
pub use file_watch::FileWatch;
use free_space::FreeSpace;
use lock::Lock;
pub(crate) use pen::{Pen, Transaction};

/// How long a statement waits for a lock that another process holds, and for a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the connections to a server may take to close.
const GOODBYE: Duration = Duration::from_secs(1);
/// Connections that read.
pub(crate) const READERS: u32 = 4;

/// The open database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    write: Connections,
    read: Connections,
    /// For searches, whose time is bounded.
    search: Connections,
    kind: Kind,
    /// Where it is, without a password.
    name: String,
    sync: SyncMode,
    /// Nobody else may use a SQLite file meanwhile.
    lock: Option<Arc<Lock>>,
    /// Cancelled once a SQLite file is not the one that its name leads to.
    detached: CancellationToken,
    space: FreeSpace,
    demand: Demand,
}

/// The connections to one database, by what they do.
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
    /// Opens the database that `url` names; an acknowledged message survives a power cut. Migrates nothing.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        Self::open_with(url, SyncMode::Full).await
    }

    /// Opens the database that `url` names. A SQLite file and its folder are made when they are not there.
    ///
    /// Nothing keeps another process from opening a SQLite file as well: programs that write use
    /// [`open_alone`](Self::open_alone).
    pub async fn open_with(url: &str, sync: SyncMode) -> Result<Self, DatabaseError> {
        Self::open_as(url, sync, |_| Ok(None)).await
    }

    /// Opens the database as [`open_with`](Self::open_with) does, and locks a SQLite file until it is closed or the process
    /// ends. The lock comes before anything is created in the file. PostgreSQL is shared by any number of processes.
    pub async fn open_alone(url: &str, sync: SyncMode) -> Result<Self, DatabaseError> {
        Self::open_as(url, sync, |file| Lock::take(url, file).map(Some)).await
    }

    async fn open_as(
        url: &str,
        sync: SyncMode,
        lock: impl FnOnce(&Path) -> Result<Option<Lock>, DatabaseError>,
    ) -> Result<Self, DatabaseError> {
        let (kind, name, lock, pools) = if file::is(url) {
            let path = file::prepare(url)?;
            let lock = lock(&path)?.map(Arc::new);
            (Kind::Sqlite, url.to_owned(), lock, sqlite::open(url, &path, sync).await?)
        } else if postgres::is(url) {
            let (pools, name) = postgres::open(url, sync).await?;
            (Kind::Postgres, name, None, pools)
        } else {
            return Err(DatabaseError::Kind(error::kind_of(url)));
        };
        let Pools { write, read, search } = pools;
        let (detached, space, demand) = Default::default();
        let (write, read, search) = (write.into(), read.into(), search.into());
        Ok(Self { write, read, search, kind, name, sync, lock, detached, space, demand })
    }

    /// Sets how long a transaction or a read of PostgreSQL may take; then its connection is closed. Migrations and what is done
    /// by hand have no limit.
    #[must_use]
    pub fn within(mut self, within: Duration) -> Self {
        self.write.within(within);
        self.read.within(within);
        self.search.within(within);
        self
    }

    /// Gives up what PostgreSQL has not answered: it fails, and nothing of it is acknowledged. Whatever is asked from now on has to
    /// be answered within a second. Returns `false` for SQLite, where nothing can be given up.
    pub fn give_up(&self) -> bool {
        if self.is_shared() {
            warn!("database.given_up");
            self.write.hurry();
            self.read.hurry();
            self.search.hurry();
        }
        self.is_shared()
    }

    /// Opens the database for a change that no server may miss: refuses while one serves it.
    pub async fn open_unserved(url: &str) -> Result<Self, DatabaseError> {
        if postgres::is(url) {
            postgres::refuse_if_served(url).await?;
        }
        Self::open_alone(url, SyncMode::Full).await
    }

    /// Whether other processes may be writing it; a SQLite file belongs to one.
    pub fn is_shared(&self) -> bool {
        matches!(self.kind, Kind::Postgres)
    }

    /// Where it is, without a password.
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

    /// Takes the newest step back.
    pub async fn migrate_down(&self) -> Result<(), DatabaseError> {
        self.migrated(Migrator::down(self.write.pool(), Some(1)).await)
    }

    /// Each step's name, and whether it was taken.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DatabaseError> {
        let steps = Migrator::get_migration_with_status_read_only(self.write.pool()).await;
        let steps = self.migrated(steps)?;
        let taken = |step: &Migration| (step.name().to_owned(), step.status() == MigrationStatus::Applied);
        Ok(steps.iter().map(taken).collect())
    }

    /// What keeps a SQLite file's write-ahead log short while it is written; nothing for other kinds.
    pub async fn checkpoints(&self) -> Result<Option<Checkpoints>, DatabaseError> {
        let Kind::Sqlite = self.kind else { return Ok(None) };
        let failed = |error| DatabaseError::Open { name: self.name.clone(), error };
        let connection = sqlite::checkpointer(&self.name, self.sync).await.map_err(failed)?;
        let wal = sqlite::wal_of(&connection).await.map_err(failed)?;
        let write = self.write.pool().clone();
        Ok(Some(Checkpoints::new(connection, write, wal, self.detached.clone())))
    }

    /// What notices that a SQLite file was deleted, moved or replaced while it is open; nothing for other kinds.
    pub async fn file_watch(&self) -> Result<Option<FileWatch>, DatabaseError> {
        let Kind::Sqlite = self.kind else { return Ok(None) };
        let failed = |error| DatabaseError::Open { name: self.name.clone(), error };
        sqlite::open_readers(self.read.pool()).await.map_err(failed)?;
        let file = sqlite::file_of(self.write.pool()).await.map_err(failed)?;
        let lock = self.lock.as_ref().map(|lock| lock.path());
        let watch = FileWatch::start(self.clone(), &file, lock);
        watch.map(Some).map_err(|error| DatabaseError::File { name: self.name.clone(), error })
    }

    /// Whether writing has ended because a SQLite file is not the one that its name leads to.
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

    /// Ends all writing: whoever asks for the connection that writes is refused at once, which costs those who get it nothing.
    async fn detach(&self, file: &Path) {
        error!(
            file = %file.display(),
            "database.file_gone: this file was deleted, moved or replaced while it is in use. Nothing is stored any more. \
             Put the right files in place and restart"
        );
        self.detached.cancel();
        // SQLite removes the write-ahead log by its name when the last connection is closed. That name may lead to another
        // database's by then, so the connections that read are kept until the process ends.
        std::mem::forget(self.read.clone());
        self.write.pool().get_sqlite_connection_pool().close().await;
    }

    /// Watches the free space on a SQLite file's disk, of which `floor` bytes must be free; nothing for other kinds, whose disk is
    /// another server's. The first look is done when this returns.
    pub(crate) fn watch_space(
        &self,
        floor: Option<u64>,
        drain: CancellationToken,
    ) -> Option<impl Future<Output = ()> + use<>> {
        if self.is_shared() || floor == Some(0) {
            return None;
        }
        let file = file::path_in(&self.name).ok()?;
        self.space.look(&file, floor);
        Some(self.space.clone().watch(file, floor, drain))
    }

    /// Whether so little space is free that nothing may be written.
    pub(crate) fn lacks_space(&self) -> bool {
        self.space.is_low()
    }

    /// A path beside a SQLite file: its name, where SQLite has found it, and a suffix. None for other kinds.
    pub(crate) async fn beside(&self, suffix: &str) -> Result<Option<PathBuf>, DbErr> {
        match self.kind {
            Kind::Sqlite => {
                let file = sqlite::file_of(self.read.pool()).await?;
                Ok(Some(lock::beside(&file, suffix)))
            }
            Kind::Postgres => Ok(None),
        }
    }

    /// Waits until everything is written and lets the database go. A SQLite file then holds everything by itself.
    pub async fn close(self) {
        if self.is_detached() {
            return self.lock.iter().for_each(|lock| lock.release());
        }
        let (read, write) = (self.read.pool().clone(), self.write.pool().clone());
        let search = self.search.pool().clone();
        match self.kind {
            Kind::Sqlite => {
                let _ = join(read.close(), search.close()).await;
                checkpoint::empty(&write).await;
                let _ = write.close().await;
            }
            // Nothing is written here any more, so nobody waits for a server that does not answer.
            Kind::Postgres => {
                let _ = timeout(GOODBYE, join3(read.close(), search.close(), write.close())).await;
            }
        }
        self.lock.iter().for_each(|lock| lock.release());
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        self.write.begin().await
    }

    /// For whoever writes again and again.
    pub(crate) fn pen(&self) -> Pen {
        Pen::new(self.clone())
    }

    /// What those who publish need of the connection that writes.
    pub(crate) fn demand(&self) -> &Demand {
        &self.demand
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

/// Connects when there is something to do.
fn lazily(mut options: ConnectOptions) -> ConnectOptions {
    options.min_connections(0).connect_lazy(true);
    options
}

#[cfg(test)]
mod tests;
