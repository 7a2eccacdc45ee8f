//! A file that gets its name when it is complete.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    path::{Path, PathBuf},
};

use crate::database::sidecar;

/// Files that SQLite, or the log, creates beside a database.
const SIDECARS: [&str; 5] = ["-journal", "-wal", "-shm", ".mark", ".mark.new"];

/// A file under a temporary name beside its place. It is removed on drop, unless it was put in its place.
pub(super) struct NewFile {
    path: PathBuf,
}

impl NewFile {
    /// Creates an empty file with these permissions: a copy of a database is as secret as the database.
    pub(super) fn beside(place: &Path, permissions: Permissions) -> io::Result<Self> {
        // The name has the id of the process, so that two commands do not write the same file.
        let path = sidecar(place, &format!(".{}.part", std::process::id()));
        OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        let file = Self { path };
        fs::set_permissions(&file.path, permissions)?;
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until the file is on the disk, and returns its size.
    pub(super) fn sync(&self) -> io::Result<u64> {
        let file = File::open(&self.path)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// Gives the file its name, under which no file may be, or the one to replace.
    pub(super) fn put_in_place(self, place: &Path) -> io::Result<()> {
        fs::rename(&self.path, place)?;
        sync_folder_of(place)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        for suffix in SIDECARS {
            let _ = fs::remove_file(sidecar(&self.path, suffix));
        }
    }
}

/// Waits until the names in a file's folder are on the disk.
pub(super) fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
