//! A file that gets its name when it is complete.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::{database::sidecar, random::random_hex};

/// Files that SQLite, or the log, creates beside a database.
const SIDECARS: [&str; 5] = ["-journal", "-wal", "-shm", ".mark", ".mark.new"];

/// A file under a temporary name beside its place. It is removed on drop, unless it was put in its place.
pub(super) struct NewFile {
    path: PathBuf,
    permissions: Permissions,
}

impl NewFile {
    /// Creates an empty file that only its owner reads until it is complete. It gets these permissions then: a copy of a database
    /// is as secret as the database.
    pub(super) fn beside(place: &Path, permissions: Permissions) -> io::Result<Self> {
        // The name cannot be guessed: another user of the folder could have put a link there.
        let path = sidecar(place, &format!(".{}.part", random_hex::<8>()));
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Self { path, permissions })
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

    /// Gives the file its name. Errors: a file has it.
    pub(super) fn put_in_place(self, place: &Path) -> io::Result<()> {
        fs::set_permissions(&self.path, self.permissions.clone())?;
        match fs::hard_link(&self.path, place) {
            Ok(()) => fs::remove_file(&self.path)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            // The file system has no links.
            Err(_) => fs::rename(&self.path, place)?,
        }
        sync_folder_of(place)
    }

    /// Gives the file the name of another one, which it replaces.
    pub(super) fn replace(&self, place: &Path) -> io::Result<()> {
        fs::set_permissions(&self.path, self.permissions.clone())?;
        // After a power cut, the server's user can open the file that has the name.
        self.sync()?;
        fs::rename(&self.path, place)
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_new_file_is_secret_until_it_is_complete_and_replaces_none() {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("copy");
        let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
        for is_taken in [false, true] {
            let new = NewFile::beside(&place, Permissions::from_mode(0o640)).unwrap();
            assert_eq!(mode(new.path()), 0o600);
            fs::write(new.path(), if is_taken { "second" } else { "first" }).unwrap();
            assert_eq!(new.put_in_place(&place).is_err(), is_taken);
            assert_eq!((mode(&place), fs::read_to_string(&place).unwrap().as_str()), (0o640, "first"));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}
