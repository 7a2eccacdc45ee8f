//! One database file in the place of another.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
};

use app::protocol::Timestamp;

use super::new_file::{NewFile, sync_folder_of};
use crate::{clock::now, database::sidecar};

/// Files that SQLite would read together with any database of this name.
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// The user and the group of a database, which the files of a restored one get when root restores it.
pub(super) struct Owner {
    user: u32,
    group: u32,
}

impl Owner {
    /// Returns the owner of the folder if there is no database yet.
    pub(super) fn of_database(place: &Path, is_missing: bool) -> io::Result<Self> {
        let folder = place.parent().filter(|_| is_missing);
        let found = fs::metadata(folder.unwrap_or(place))?;
        Ok(Self { user: found.uid(), group: found.gid() })
    }

    /// Leaves a file as it is when it has this owner, or when the system allows only root to give it away.
    fn give(&self, file: &Path) -> io::Result<()> {
        let is_owner = |found: Metadata| found.uid() == self.user && found.gid() == self.group;
        if fs::metadata(file).is_ok_and(is_owner) {
            return Ok(());
        }
        match chown(file, Some(self.user), Some(self.group)) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
            result => result,
        }
    }
}

/// Puts a file in the place of the database. Returns the name under which the old one is kept, unless it was empty.
///
/// There is always a database in the place. After an end of the process in between, the watermark is that of the old one, and
/// the next start begins one more epoch.
pub(super) fn replace(place: &Path, new: NewFile, owner: &Owner) -> io::Result<Option<PathBuf>> {
    let mark = sidecar(new.path(), ".mark");
    owner.give(new.path())?;
    owner.give(&mark)?;
    owner.give(&sidecar(place, ".lock"))?;
    let kept = keep(place)?;
    kept.iter().try_for_each(|kept| owner.give(kept))?;
    let placed_mark = sidecar(place, ".mark");
    new.replace(place)?;
    fs::rename(mark, placed_mark)?;
    sync_folder_of(place)?;
    Ok(kept)
}

/// Puts a file in the place of a database with the same content. The watermark names events of both.
///
/// There is always a whole database in the place. Errors: the old one has a log that is not empty.
pub(super) fn replace_equal(place: &Path, new: &NewFile, owner: &Owner) -> io::Result<()> {
    owner.give(new.path())?;
    remove_empty_logs(place)?;
    new.replace(place)?;
    sync_folder_of(place)
}

/// Waits until the names of the logs are off the disk. If a log came back after a power cut, SQLite would write its pages into the
/// new file.
fn remove_empty_logs(place: &Path) -> io::Result<()> {
    for suffix in LOGS {
        let log = sidecar(place, suffix);
        if !is_empty(&log)? {
            return Err(io::Error::other(format!("{} is not empty", log.display())));
        }
        ignore_missing(fs::remove_file(&log))?;
    }
    ignore_missing(fs::remove_file(sidecar(place, "-shm")))?;
    sync_folder_of(place)
}

/// Gives the old database a second name, and its logs the names that belong to that: SQLite would read a log that is left with the
/// restored database, also one that was left without a database.
fn keep(place: &Path) -> io::Result<Option<PathBuf>> {
    let kept = sidecar(place, &format!(".{}", file_time(now())));
    let has_database = fs::metadata(place)?.len() > 0;
    if has_database {
        keep_file(place, &kept)?;
    }
    for suffix in LOGS {
        let log = sidecar(place, suffix);
        let moved =
            if is_empty(&log)? { fs::remove_file(&log) } else { fs::rename(&log, sidecar(&kept, suffix)) };
        ignore_missing(moved)?;
    }
    ignore_missing(fs::remove_file(sidecar(place, "-shm")))?;
    sync_folder_of(place)?;
    Ok(has_database.then_some(kept))
}

/// Links the file, or copies it while it needs a log: a server that starts before the new file is in place would change a linked
/// one without its log. Also copies where the file system has no links.
fn keep_file(place: &Path, kept: &Path) -> io::Result<()> {
    for suffix in LOGS {
        if !is_empty(&sidecar(place, suffix))? {
            return copy(place, kept);
        }
    }
    fs::hard_link(place, kept).or_else(|_| copy(place, kept))
}

fn copy(file: &Path, copy: &Path) -> io::Result<()> {
    fs::copy(file, copy)?;
    File::open(copy)?.sync_all()
}

/// Whether a file has no content, or does not exist.
pub(super) fn is_empty(file: &Path) -> io::Result<bool> {
    match fs::metadata(file) {
        Ok(found) => Ok(found.len() == 0),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// A time in UTC as a part of a file's name, `2026-11-30T17-07-32.123Z`.
fn file_time(time: Timestamp) -> String {
    time.to_rfc3339().replace(':', "-")
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use tempfile::TempDir;

    use super::*;

    fn files_in(folder: &TempDir) -> Vec<(String, String)> {
        let named = |entry: fs::DirEntry| {
            let content = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), content)
        };
        let mut files: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| named(entry.unwrap())).collect();
        files.sort();
        files
    }

    #[test]
    fn a_log_is_kept_with_its_database_and_never_read_with_another() {
        for database in ["", "old"] {
            let folder = TempDir::new().unwrap();
            let place = folder.path().join("x.db");
            fs::write(&place, database).unwrap();
            for (suffix, content) in [("-wal", "log"), ("-journal", ""), ("-shm", "index")] {
                fs::write(sidecar(&place, suffix), content).unwrap();
            }
            let kept = keep(&place).unwrap();
            assert_eq!(kept.is_some(), !database.is_empty());
            // A change of the file in the place must not change the one that is kept with a log.
            fs::write(&place, "changed").unwrap();
            let files = files_in(&folder);
            assert_eq!(files[0], ("x.db".to_owned(), "changed".to_owned()));
            let log = files.last().unwrap();
            assert!(log.0.starts_with("x.db.2") && log.0.ends_with("Z-wal") && log.1 == "log", "{files:?}");
            let kept = kept.map(|kept| fs::read_to_string(kept).unwrap());
            assert_eq!((files.len(), kept.as_deref().unwrap_or_default()), (2 + kept.iter().len(), database));
        }
    }

    #[test]
    fn an_equal_file_takes_the_place_without_logs_and_never_beside_one_with_content() {
        for (log, is_replaced) in [("", true), ("log", false)] {
            let folder = TempDir::new().unwrap();
            let place = folder.path().join("x.db");
            fs::write(&place, "old").unwrap();
            for (suffix, content) in [("-wal", log), ("-shm", "index")] {
                fs::write(sidecar(&place, suffix), content).unwrap();
            }
            let owner = Owner::of_database(&place, false).unwrap();
            let new = NewFile::beside(&place, Permissions::from_mode(0o640)).unwrap();
            fs::write(new.path(), "new").unwrap();
            assert_eq!(replace_equal(&place, &new, &owner).is_ok(), is_replaced);
            drop(new);
            let expected = if is_replaced {
                vec![("x.db", "new")]
            } else {
                vec![("x.db", "old"), ("x.db-shm", "index"), ("x.db-wal", "log")]
            };
            let files = files_in(&folder);
            let files: Vec<_> =
                files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
            assert_eq!(files, expected);
        }
    }
}
