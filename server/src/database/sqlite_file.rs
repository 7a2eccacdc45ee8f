//! The file of a SQLite database: its path, its creation, and why it cannot be opened.
//!
//! SQLite reports "unable to open database file" for every reason; only the system reports which one it is.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use super::{
    DatabaseError,
    error::{exec_error, redacted},
};
pub(crate) use crate::config::url_of;

pub(super) fn is_sqlite_url(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Creates the file and its folder when they are missing. Returns the file's canonical path.
pub(crate) fn create_if_missing(url: &str) -> Result<PathBuf, DatabaseError> {
    let file = path_in(url)?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| DatabaseError::Folder {
            name: url.to_owned(),
            folder: folder.display().to_string(),
            error,
        })?;
    }
    create_and_canonicalize(&file).map_err(|error| DatabaseError::File { name: url.to_owned(), error })
}

/// Returns the canonical path of an existing file, or `None` if there is none.
pub(super) fn find(url: &str) -> Result<Option<PathBuf>, DatabaseError> {
    let file = path_in(url)?;
    let failed = |error| DatabaseError::File { name: url.to_owned(), error };
    match file.metadata() {
        Ok(found) if found.is_dir() => Err(failed(ErrorKind::IsADirectory.into())),
        Ok(_) => file.canonicalize().map(Some).map_err(failed),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// The path in a URL, as `sqlx` decodes it. Refuses databases in memory, since each connection would have one of its own.
pub(crate) fn path_in(url: &str) -> Result<PathBuf, DatabaseError> {
    if !is_sqlite_url(url) {
        return Err(DatabaseError::UnknownScheme(redacted(url)));
    }
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| DatabaseError::Open { name: url.to_owned(), error: exec_error(error) })?;
    let file = options.get_filename().to_owned();
    let in_memory = url.split_once('?').is_some_and(|(_, options)| options.contains("mode=memory"));
    if in_memory || file.as_os_str().is_empty() || is_uri(&file) {
        return Err(DatabaseError::InMemory(url.to_owned()));
    }
    Ok(file)
}

/// SQLite reads such names as URIs. `sqlx` turns `:memory:` into one.
fn is_uri(file: &Path) -> bool {
    file.to_str().is_some_and(|file| file.starts_with("file:"))
}

fn create_and_canonicalize(file: &Path) -> io::Result<PathBuf> {
    match file.metadata() {
        Ok(existing) if existing.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        // An existing file is not opened: closing it would drop the POSIX locks that this process may hold on it.
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            OpenOptions::new().append(true).create(true).open(file)?;
        }
        Err(error) => return Err(error),
    }
    file.canonicalize()
}

/// The system's reason why SQLite could not open a file, if it has one.
pub(super) fn open_error(file: &Path) -> Option<io::Error> {
    OpenOptions::new().read(true).write(true).open(file).err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_file_leads_to_it() {
        for file in ["/a/chorus.db", "/a b/100%/c?d#e.db", "/ä/%41.db"] {
            assert_eq!(path_in(&url_of(file)).unwrap(), Path::new(file));
        }
    }
}
