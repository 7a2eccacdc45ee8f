//! Opening a database.

use std::{path::Path, sync::Arc};

use tokio_util::sync::CancellationToken;

use super::{
    Connections, Database, DatabaseError, FileLock, FreeSpace, Kind, Pools, WriterLoad, error,
    postgres::{self, OpenedPostgres, SessionMode},
    sqlite, sqlite_file,
};
use crate::config::SyncMode;

impl Database {
    /// Opens the database that `url` names, in the mode in which acknowledged messages survive a power cut. Does not migrate.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        Self::open_with(url, SyncMode::Full).await
    }

    /// Opens the database that `url` names. Creates a SQLite file and its folder when they are missing.
    ///
    /// Does not lock a SQLite file against other processes: programs that write use
    /// [`open_exclusive`](Self::open_exclusive).
    pub async fn open_with(url: &str, sync: SyncMode) -> Result<Self, DatabaseError> {
        Self::open_locked(url, None, sync, |_| Ok(None)).await
    }

    /// Opens the database as [`open_with`](Self::open_with) does, and locks a SQLite file until it is closed or the process
    /// ends. The lock is taken before anything is created in the file. PostgreSQL is not locked: any number of processes share it.
    pub async fn open_exclusive(url: &str, sync: SyncMode) -> Result<Self, DatabaseError> {
        Self::open_to_serve(url, None, sync).await
    }

    /// Opens the database as [`open_exclusive`](Self::open_exclusive) does. If `url` leads to a pooler, `direct_url` leads to
    /// its PostgreSQL server.
    pub async fn open_to_serve(
        url: &str,
        direct_url: Option<&str>,
        sync: SyncMode,
    ) -> Result<Self, DatabaseError> {
        Self::open_locked(url, direct_url, sync, |file| FileLock::acquire(url, file).map(Some)).await
    }

    /// Opens the database without a change: a SQLite file cannot be written. Returns `None` if there is no such file yet.
    pub async fn open_read_only(
        url: &str,
        direct_url: Option<&str>,
        sync: SyncMode,
    ) -> Result<Option<Self>, DatabaseError> {
        if !sqlite_file::is_sqlite_url(url) {
            return Self::open_to_serve(url, direct_url, sync).await.map(Some);
        }
        let Some(path) = sqlite_file::find(url)? else { return Ok(None) };
        let pools = sqlite::open_read_only(url, &path).await?;
        Ok(Some(Self::new(Kind::Sqlite, url.to_owned(), sync, pools, None)))
    }

    async fn open_locked(
        url: &str,
        direct_url: Option<&str>,
        sync: SyncMode,
        lock: impl FnOnce(&Path) -> Result<Option<FileLock>, DatabaseError>,
    ) -> Result<Self, DatabaseError> {
        if sqlite_file::is_sqlite_url(url) {
            let path = sqlite_file::create_if_missing(url)?;
            let lock = lock(&path)?.map(Arc::new);
            let pools = sqlite::open(url, &path, sync).await?;
            Ok(Self::new(Kind::Sqlite, url.to_owned(), sync, pools, lock))
        } else if postgres::is_postgres_url(url) {
            let OpenedPostgres { pools, name, mode, direct } = postgres::open(url, direct_url, sync).await?;
            let mut database = Self::new(Kind::Postgres, name, sync, pools, None);
            database.set_session_mode(mode);
            database.direct = Some(direct);
            Ok(database)
        } else {
            Err(DatabaseError::UnknownScheme(error::redacted(url)))
        }
    }

    /// Opens the database for a change that a running server would miss. Refuses while a server uses the database.
    pub async fn open_offline(url: &str) -> Result<Self, DatabaseError> {
        if postgres::is_postgres_url(url) {
            postgres::refuse_if_served(url).await?;
        }
        Self::open_exclusive(url, SyncMode::Full).await
    }

    fn set_session_mode(&mut self, mode: SessionMode) {
        self.write.set_session_mode(mode);
        self.append.set_session_mode(mode);
        self.read.set_session_mode(mode);
        self.search.set_session_mode(mode);
    }

    fn new(kind: Kind, name: String, sync: SyncMode, pools: Pools, lock: Option<Arc<FileLock>>) -> Self {
        let write = Connections::from(pools.write);
        let (write, append) = match pools.append {
            Some(append) => (write, Connections::from(append)),
            None => (write.clone().with_writer_queue(), write),
        };
        Self {
            write,
            append,
            read: pools.read.into(),
            search: pools.search.into(),
            kind,
            name,
            sync,
            lock,
            direct: None,
            detached: CancellationToken::new(),
            files: Arc::default(),
            free_space: FreeSpace::default(),
            writer_load: WriterLoad::default(),
        }
    }
}
