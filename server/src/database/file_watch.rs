//! Notices when the files of a SQLite database are deleted, moved or replaced while they are open.
//!
//! SQLite goes on writing to the file that it has opened, whatever its name leads to by then: such commits succeed and are
//! gone after a restart. So the device and inode behind each name are compared twice a second. From a mismatch on nothing
//! is written until a restart, also when the same file comes back: connections may have opened another file meanwhile.
//! Inodes cannot be used again while SQLite has them open.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Database, lock::beside};

/// Between two checks. What is acknowledged between a deletion and the next check may be lost.
const INTERVAL: Duration = Duration::from_millis(500);
/// The write-ahead log, and the memory in which its readers and writers find each other.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Watches the files of an open database.
pub struct FileWatch {
    database: Database,
    files: Vec<WatchedFile>,
}

#[derive(Debug, Clone)]
struct WatchedFile {
    path: PathBuf,
    opened: Identity,
}

/// Device and inode.
type Identity = (u64, u64);

impl FileWatch {
    /// Remembers the files as they are now. `lock` is the lock file, where there is one.
    pub(super) fn start(database: Database, file: &Path, lock: Option<&Path>) -> io::Result<Self> {
        let of_sqlite = SUFFIXES.map(|suffix| beside(file, suffix));
        let files = of_sqlite.into_iter().chain(lock.map(PathBuf::from)).map(WatchedFile::open);
        Ok(Self { database, files: files.collect::<io::Result<_>>()? })
    }

    /// Checks until `drain`, or until a file is not the one that was opened.
    pub async fn run(self, drain: CancellationToken) {
        if cfg!(not(unix)) {
            return warn!("database.files_not_watched");
        }
        // Once more at the end, since closing removes files by their names.
        let mut ends = false;
        while !ends {
            ends = drain.run_until_cancelled(sleep(INTERVAL)).await.is_none();
            if let Some(changed) = self.changed().await {
                return self.database.detach(&changed).await;
            }
        }
    }

    /// A file system that hangs must not hold up anything else.
    async fn changed(&self) -> Option<PathBuf> {
        let files = self.files.clone();
        let changed = move || files.into_iter().find(WatchedFile::has_changed).map(|file| file.path);
        tokio::task::spawn_blocking(changed).await.ok().flatten()
    }
}

impl WatchedFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { opened: identity(&path)?, path })
    }

    /// An error that does not say that the file is gone says nothing about it.
    fn has_changed(&self) -> bool {
        match identity(&self.path) {
            Ok(now) => now != self.opened,
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        }
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    let file = path.metadata()?;
    Ok((file.dev(), file.ino()))
}

/// Elsewhere nothing is compared, which `FileWatch::run` logs.
#[cfg(not(unix))]
fn identity(_: &Path) -> io::Result<Identity> {
    Ok((0, 0))
}
