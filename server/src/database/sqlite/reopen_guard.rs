//! Connections of a SQLite file that is served are opened only to the files that are open already.
//!
//! A pool opens a new connection in place of one that was closed after an error or an interruption, and opens it by the file's
//! name. If that name leads to another file by then, the two share the write-ahead log and its index, and SQLite writes pages
//! of one into the other. No hook of the pool runs before it opens a file, so the pool is sealed: it has no path. The path is
//! given back for a moment, after the files were compared.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, SqlitePool, sqlite::SqliteConnectOptions},
};
use tokio::{sync::Mutex, time::timeout};

use crate::database::{error::exec_error, file_watch::OpenedFiles, files_are_gone};

/// A path that no file can have.
const SEALED_PATH: &str = "/dev/null/sealed";

/// The files are compared again while a connection is waited for this long.
const COMPARE_INTERVAL: Duration = Duration::from_millis(500);

/// Seals one pool.
#[derive(Debug)]
pub(in crate::database) struct ReopenGuard {
    pool: SqlitePool,
    files: OpenedFiles,
    options: Arc<SqliteConnectOptions>,
    reopening: Mutex<()>,
}

/// A pool that may open connections. It is sealed again on drop.
struct Unsealed<'a>(&'a SqlitePool);

impl Drop for Unsealed<'_> {
    fn drop(&mut self) {
        seal(self.0);
    }
}

impl ReopenGuard {
    /// Seals a pool whose connections have opened `files`.
    pub(in crate::database) fn new(pool: &SqlitePool, files: OpenedFiles) -> Self {
        let options = pool.connect_options();
        seal(pool);
        Self { pool: pool.clone(), files, options, reopening: Mutex::new(()) }
    }

    /// Replaces connections that were closed. Fails if a file is no longer the one that was opened.
    pub(in crate::database) async fn open_missing(&self) -> Result<(), DbErr> {
        if self.is_complete() {
            return Ok(());
        }
        let _reopening = self.reopening.lock().await;
        if self.is_complete() {
            return Ok(());
        }
        let opening = timeout(self.pool.options().get_acquire_timeout(), self.open_all());
        opening.await.unwrap_or_else(|_| Err(exec_error(sqlx::Error::PoolTimedOut)))
    }

    /// Unseals the pool until it is complete. The pool opens a connection when no other is idle, so those that are idle are held
    /// meanwhile.
    async fn open_all(&self) -> Result<(), DbErr> {
        let mut held = Vec::new();
        while !self.is_complete() {
            if self.files.changed().await.is_some() {
                return Err(files_are_gone());
            }
            self.pool.set_connect_options(SqliteConnectOptions::clone(&self.options));
            let _unsealed = Unsealed(&self.pool);
            if let Ok(acquired) = timeout(COMPARE_INTERVAL, self.pool.acquire()).await {
                held.push(acquired.map_err(exec_error)?);
            }
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.pool.is_closed() || self.pool.size() >= self.pool.options().get_max_connections()
    }
}

/// Whether a pool was asked for a connection while it was sealed. Nothing was executed then.
pub(in crate::database) fn is_sealed(error: &DbErr) -> bool {
    // `SQLITE_CANTOPEN`
    const CANNOT_OPEN: &str = "14";
    // An error of a connection, not of a statement on one, which may have been executed in part.
    let DbErr::Conn(RuntimeErr::SqlxError(error)) = error else { return false };
    let error = error.as_database_error();
    error.and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == CANNOT_OPEN)
}

fn seal(pool: &SqlitePool) {
    pool.set_connect_options(SqliteConnectOptions::new().filename(SEALED_PATH));
}
