//! Detects that the files of a SQLite database were deleted, moved or replaced while they are open.
//!
//! SQLite keeps writing to the file that it has opened, even when the name leads to another one by then: such commits succeed
//! and are gone after a restart. Therefore the device and inode behind each name are compared twice a second. After a
//! mismatch, writing ends until a restart, even when the original file comes back: a connection may have opened another file
//! meanwhile. The comparison is reliable, since an inode is not reused while SQLite has it open.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Database, file_lock::sidecar};

/// Events that are acknowledged between a deletion and the next check may be lost.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// The database, its write-ahead log, and the log's index in shared memory.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Watches the files of an open database.
pub struct FileWatch {
    database: Database,
    files: OpenedFiles,
}

/// The files of a database as they were when it was opened; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct OpenedFiles(Arc<[WatchedFile]>);

#[derive(Debug, Clone)]
struct WatchedFile {
    path: PathBuf,
    opened: FileId,
}

/// Device and inode.
type FileId = (u64, u64);

impl FileWatch {
    pub(super) fn new(database: Database, files: OpenedFiles) -> Self {
        Self { database, files }
    }

    /// Checks until `drain` is cancelled or a file is no longer the one that was opened.
    pub async fn run(self, drain: CancellationToken) {
        if cfg!(not(unix)) {
            return warn!("database.files_not_watched");
        }
        // The last check comes after the cancellation, since closing the database removes files by their names.
        let mut is_last = false;
        while !is_last {
            is_last = drain.run_until_cancelled(sleep(CHECK_INTERVAL)).await.is_none();
            if let Some(changed) = self.files.changed().await {
                return self.database.detach(&changed).await;
            }
        }
    }
}

impl OpenedFiles {
    /// Remembers the files as they are now. `lock` is the lock file, if there is one.
    pub(super) fn remember(file: &Path, lock: Option<&Path>) -> io::Result<Self> {
        let of_sqlite = SUFFIXES.map(|suffix| sidecar(file, suffix));
        let files = of_sqlite.into_iter().chain(lock.map(PathBuf::from)).map(WatchedFile::open);
        files.collect::<io::Result<_>>().map(Self)
    }

    /// Returns the first file that has changed.
    pub(super) async fn changed(&self) -> Option<PathBuf> {
        // On a blocking thread, since a network file system may hang.
        let files = Arc::clone(&self.0);
        let changed = move || files.iter().find(|file| file.has_changed()).map(|file| file.path.clone());
        tokio::task::spawn_blocking(changed).await.ok().flatten()
    }
}

impl WatchedFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { opened: file_id(&path)?, path })
    }

    /// Errors other than "not found" do not count: a network file system may be out of reach for a while.
    fn has_changed(&self) -> bool {
        match file_id(&self.path) {
            Ok(now) => now != self.opened,
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        }
    }
}

#[cfg(unix)]
fn file_id(path: &Path) -> io::Result<FileId> {
    use std::os::unix::fs::MetadataExt;
    let file = path.metadata()?;
    Ok((file.dev(), file.ino()))
}

/// Compares equal always; `FileWatch::run` logs that it does not watch.
#[cfg(not(unix))]
fn file_id(_: &Path) -> io::Result<FileId> {
    Ok((0, 0))
}
