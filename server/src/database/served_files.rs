//! The files of a SQLite database while it is served: whether they are still the ones that were opened, and whether their disk
//! has space.

use std::path::{Path, PathBuf};

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{
    Checkpointer, Connections, Database, DatabaseError, FileWatch, Kind, file_lock, file_watch::OpenedFiles,
    sqlite, sqlite_file,
};

impl Database {
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

    /// Ends all writing by closing the pool of the connection that writes, so that no write has to check for it.
    pub(super) async fn detach(&self, file: &Path) {
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

    /// Returns the free bytes of the disk, or `None` if it is not watched.
    pub(crate) fn free_disk(&self) -> Option<u64> {
        self.free_space.free()
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
}

pub(super) fn files_are_gone() -> DbErr {
    DbErr::Custom("the database file was deleted, moved or replaced".to_owned())
}
