//! Free space on a SQLite database's disk. Below a floor, writes are refused, so that reading goes on.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The default floor is 1 GiB, or a twentieth of a small disk.
const DEFAULT_FLOOR_BYTES: u64 = 1 << 30;
const DEFAULT_FLOOR_DIVISOR: u64 = 20;

/// Whether the disk is almost full, as of the last check; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct FreeSpace {
    is_low: Arc<AtomicBool>,
    /// [`UNKNOWN`] before the first check.
    free: Arc<AtomicU64>,
}

const UNKNOWN: u64 = u64::MAX;

impl Default for FreeSpace {
    fn default() -> Self {
        Self { is_low: Arc::default(), free: Arc::new(AtomicU64::new(UNKNOWN)) }
    }
}

/// In bytes.
#[derive(Debug, Clone, Copy)]
struct DiskSpace {
    free: u64,
    total: u64,
}

impl DiskSpace {
    fn is_below(self, floor: Option<u64>) -> bool {
        self.free < floor.unwrap_or_else(|| DEFAULT_FLOOR_BYTES.min(self.total / DEFAULT_FLOOR_DIVISOR))
    }
}

impl FreeSpace {
    pub(crate) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Returns the free bytes, or `None` for a disk that is not checked.
    pub(crate) fn free(&self) -> Option<u64> {
        Some(self.free.load(Ordering::Relaxed)).filter(|free| *free != UNKNOWN)
    }

    /// Checks the disk that holds `file`. An error leaves the state as it was.
    pub(super) fn check(&self, file: &Path, floor: Option<u64>) {
        let Ok(space) = disk_space(file) else { return };
        self.free.store(space.free, Ordering::Relaxed);
        let is_low = space.is_below(floor);
        if self.is_low.swap(is_low, Ordering::Relaxed) != is_low {
            if is_low {
                warn!(free = space.free, "database.disk_almost_full: writing is refused (min-free-disk)");
            } else {
                info!(free = space.free, "database.disk_has_room_again");
            }
        }
    }

    /// Checks every second until `drain` is cancelled.
    pub(super) async fn watch(self, file: PathBuf, floor: Option<u64>, drain: CancellationToken) {
        loop {
            tokio::select! {
                () = sleep(CHECK_INTERVAL) => {}
                () = drain.cancelled() => return,
            }
            let space = self.clone();
            let file = file.clone();
            // On a blocking thread, since a network file system may hang.
            let _ = tokio::task::spawn_blocking(move || space.check(&file, floor)).await;
        }
    }
}

fn disk_space(file: &Path) -> io::Result<DiskSpace> {
    let disk = rustix::fs::statvfs(file)?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Ok(DiskSpace { free: bytes(disk.f_bavail), total: bytes(disk.f_blocks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_low_below_the_floor_and_not_at_the_floor() {
        let gib = 1 << 30;
        for (free, total, floor, is_low) in [
            (100, 1_000, Some(100), false),
            (99, 1_000, Some(100), true),
            (0, 1_000, Some(0), false),
            (50, 1_000, None, false),
            (49, 1_000, None, true),
            (gib, 100 * gib, None, false),
            (gib - 1, 100 * gib, None, true),
        ] {
            assert_eq!(DiskSpace { free, total }.is_below(floor), is_low, "{free} of {total}, {floor:?}");
        }
    }

    #[test]
    fn a_check_updates_the_state_and_an_error_leaves_it() {
        let folder = tempfile::tempdir().unwrap();
        let space = FreeSpace::default();
        assert_eq!(space.free(), None);
        space.check(folder.path(), Some(u64::MAX));
        assert!(space.is_low() && space.free().is_some());
        space.check(&folder.path().join("not there"), Some(0));
        assert!(space.is_low(), "an error changes nothing");
        space.check(folder.path(), Some(0));
        assert!(!space.is_low());
    }

    #[tokio::test]
    async fn the_disk_is_watched_until_the_server_drains() {
        let folder = tempfile::tempdir().unwrap();
        let space = FreeSpace::default();
        let drain = CancellationToken::new();
        let watch = space.clone().watch(folder.path().to_owned(), Some(u64::MAX), drain.clone());
        let watch = tokio::spawn(watch);
        while !space.is_low() {
            tokio::task::yield_now().await;
        }
        drain.cancel();
        watch.await.unwrap();
    }
}
