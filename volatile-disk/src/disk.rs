//! The mounted disk and its command loop.

use std::{
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fuser::{BackgroundSession, Config, MountOption};
use tempfile::TempDir;

use crate::{fuse::Volume, state::State};

/// Mounts a disk and cuts its power for each line `cut` on standard input.
pub(crate) fn serve(seed: u64) -> io::Result<()> {
    let mut disk = VolatileDisk::mount(seed)?;
    let mut out = io::stdout();
    writeln!(out, "{}", disk.folder().display())?;
    for line in io::stdin().lines() {
        if line? == "cut" {
            let Cut { unsynced_files, syncs } = disk.cut()?;
            writeln!(out, "cut {unsynced_files} {syncs}")?;
        }
    }
    Ok(())
}

/// A mounted disk with one folder. It is unmounted on drop.
pub(crate) struct VolatileDisk {
    state: Arc<Mutex<State>>,
    mounted: Option<BackgroundSession>,
    folder: TempDir,
}

/// The state of the disk at a power cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// Files with writes that had not been synced.
    pub(crate) unsynced_files: usize,
    /// Syncs since the disk was created.
    pub(crate) syncs: u64,
}

impl VolatileDisk {
    /// Mounts an empty disk.
    ///
    /// # Errors
    /// If there is no `/dev/fuse`, or this user may not mount.
    pub(crate) fn mount(seed: u64) -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State::new(seed)));
        let mut disk = Self { state, mounted: None, folder: TempDir::new()? };
        disk.attach()?;
        Ok(disk)
    }

    /// The mount point. A database in it must be closed, or its process ended, before a cut.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Cuts the power, then mounts the disk again with the content that survived. No program may have a file open.
    ///
    /// # Errors
    /// If the file system cannot be unmounted (a file is open) or mounted again.
    pub(crate) fn cut(&mut self) -> io::Result<Cut> {
        self.detach()?;
        let mut state = self.lock();
        let cut = Cut { unsynced_files: state.cut(), syncs: state.syncs };
        drop(state);
        self.attach()?;
        Ok(cut)
    }

    fn attach(&mut self) -> io::Result<()> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("volatile".to_owned())];
        self.mounted =
            Some(fuser::spawn_mount(Volume(Arc::clone(&self.state)), self.folder.path(), &config)?);
        Ok(())
    }

    fn detach(&mut self) -> io::Result<()> {
        let unmounted = self.mounted.take().map_or(Ok(()), BackgroundSession::umount_and_join);
        match unmounted {
            // It is unmounted: this is how the kernel may end the connection of the thread that has served the disk.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => Ok(()),
            result => result,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for VolatileDisk {
    fn drop(&mut self) {
        // The temporary folder can only be removed once nothing is mounted there.
        let _ = self.detach();
    }
}
