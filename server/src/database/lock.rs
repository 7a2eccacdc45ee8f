//! An exclusive lock on a SQLite database for the life of the process.
//!
//! The lock is on a file of its own beside the database (`chorus.db.lock`): closing any descriptor of the database file would
//! drop the POSIX locks that SQLite holds on it (<https://sqlite.org/howtocorrupt.html>, section 2.2). The kernel releases
//! the lock when the process ends, however it ends, so a lock file that is left behind means nothing. It is never removed:
//! a process that removed it could take it from under another one that has just locked it.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::DatabaseError;

/// The lock; released when it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Locks a database. `file` is its canonical path, so that every name of it leads to the same lock.
    pub(super) fn take(name: &str, file: &Path) -> Result<Self, DatabaseError> {
        let path = beside(file, ".lock");
        let failed =
            |error| DatabaseError::Lock { name: name.to_owned(), file: path.display().to_string(), error };
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let opened = opened.map_err(failed)?;
        match opened.try_lock() {
            Ok(()) => Ok(Self { file: opened, path }),
            Err(TryLockError::WouldBlock) => Err(DatabaseError::InUse(name.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The file that is locked.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Releases the lock while other handles on the database are still there.
    pub(super) fn release(&self) {
        let _ = self.file.unlock();
    }
}

/// A file beside the database, as SQLite names its own: the whole path and a suffix.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(suffix);
    PathBuf::from(path)
}
