//! Free space on a SQLite database's disk: below a floor writing is refused, so that reading goes on.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Between two looks at the disk.
const INTERVAL: Duration = Duration::from_secs(1);
/// Unless it was set, so much has to be free, or a twentieth of the disk where that is less.
const FLOOR_BYTES: u64 = 1 << 30;
const FLOOR_PART: u64 = 20;

/// Whether there is too little space; cheap to clone and to ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct FreeSpace {
    is_low: Arc<AtomicBool>,
}

/// How much space a disk has, in bytes.
#[derive(Debug, Clone, Copy)]
struct Space {
    free: u64,
    all: u64,
}

impl Space {
    fn is_below(self, floor: Option<u64>) -> bool {
        self.free < floor.unwrap_or_else(|| FLOOR_BYTES.min(self.all / FLOOR_PART))
    }
}

impl FreeSpace {
    /// Whether writing is refused.
    pub(crate) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Looks once at the disk that a file lies on. What cannot be found out refuses nothing.
    pub(super) fn look(&self, file: &Path, floor: Option<u64>) {
        let Ok(space) = space_of(file) else { return };
        let is_low = space.is_below(floor);
        if self.is_low.swap(is_low, Ordering::Relaxed) != is_low {
            if is_low {
                warn!(free = space.free, "database.disk_almost_full: writing is refused (min-free-disk)");
            } else {
                info!(free = space.free, "database.disk_has_room_again");
            }
        }
    }

    /// Looks again and again, until the server goes.
    pub(super) async fn watch(self, file: PathBuf, floor: Option<u64>, drain: CancellationToken) {
        loop {
            tokio::select! {
                () = sleep(INTERVAL) => {}
                () = drain.cancelled() => return,
            }
            let (space, file) = (self.clone(), file.clone());
            // A network's disk may take its time.
            let _ = tokio::task::spawn_blocking(move || space.look(&file, floor)).await;
        }
    }
}

fn space_of(file: &Path) -> io::Result<Space> {
    let disk = rustix::fs::statvfs(file)?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Ok(Space { free: bytes(disk.f_bavail), all: bytes(disk.f_blocks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_floor_is_low_and_the_floor_itself_is_not() {
        let gib = 1 << 30;
        for (free, all, floor, low) in [
            (100, 1_000, Some(100), false),
            (99, 1_000, Some(100), true),
            (0, 1_000, Some(0), false),
            (50, 1_000, None, false),
            (49, 1_000, None, true),
            (gib, 100 * gib, None, false),
            (gib - 1, 100 * gib, None, true),
        ] {
            assert_eq!(Space { free, all }.is_below(floor), low, "{free} of {all}, {floor:?}");
        }
    }

    #[test]
    fn a_look_finds_out_and_what_is_no_file_refuses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let space = FreeSpace::default();
        space.look(folder.path(), Some(u64::MAX));
        assert!(space.is_low());
        space.look(&folder.path().join("not there"), Some(0));
        assert!(space.is_low(), "nothing was found out");
        space.look(folder.path(), Some(0));
        assert!(!space.is_low());
    }
}
