//! An exclusive lock on a SQLite database for the life of the process.
//!
//! The lock is on a file of its own beside the database (`chorus.db.lock`): closing any descriptor of the database file would
//! drop the POSIX locks that SQLite holds on it (<https://sqlite.org/howtocorrupt.html>, section 2.2). The kernel releases
//! the lock when the process ends for any reason, so a lock file that is left behind is harmless. It is never removed, since
//! another process may just have locked it.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::DatabaseError;

/// An exclusive lock, released when it is dropped.
#[derive(Debug)]
pub(crate) struct FileLock {
    file: File,
    path: PathBuf,
}

impl FileLock {
    /// Locks a database. `file` is its canonical path, so that all names of one file lead to the same lock.
    pub(crate) fn acquire(name: &str, file: &Path) -> Result<Self, DatabaseError> {
        let path = sidecar(file, ".lock");
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

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Releases the lock although other clones of the database still hold it.
    pub(super) fn release(&self) {
        let _ = self.file.unlock();
    }
}

/// The path of a file beside the database, named as SQLite names its own: the whole path and a suffix.
pub(crate) fn sidecar(file: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(suffix);
    PathBuf::from(path)
}
