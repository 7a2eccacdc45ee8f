//! The file of a SQLite database: its path, made when it is not there, and why it cannot be opened.
//!
//! SQLite says "unable to open database file" for every reason; the system says which.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use super::{DatabaseError, sqlite};

/// Whether a URL is for this kind of database.
pub(super) fn is(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Makes the file and its folder when they are not there. Returns the file's canonical path.
pub(super) fn prepare(url: &str) -> Result<PathBuf, DatabaseError> {
    let file = path_in(url)?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| DatabaseError::Folder {
            name: url.to_owned(),
            folder: folder.display().to_string(),
            error,
        })?;
    }
    canonical(&file).map_err(|error| DatabaseError::File { name: url.to_owned(), error })
}

/// The path in a URL, as `sqlx` decodes it. A database in memory has none: each connection would have one of its own.
pub(super) fn path_in(url: &str) -> Result<PathBuf, DatabaseError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| DatabaseError::Open { name: url.to_owned(), error: sqlite::failed(error) })?;
    let file = options.get_filename().to_owned();
    let in_memory = url.split_once('?').is_some_and(|(_, options)| options.contains("mode=memory"));
    if in_memory || file.as_os_str().is_empty() || is_uri(&file) {
        return Err(DatabaseError::InMemory(url.to_owned()));
    }
    Ok(file)
}

/// Such names are URIs for SQLite; `sqlx` makes one of `:memory:`.
fn is_uri(file: &Path) -> bool {
    file.to_str().is_some_and(|file| file.starts_with("file:"))
}

/// A file that is there is not opened: closing it would drop the locks that this process may hold on it.
fn canonical(file: &Path) -> io::Result<PathBuf> {
    match file.metadata() {
        Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            OpenOptions::new().append(true).create(true).open(file)?;
        }
        Err(error) => return Err(error),
    }
    file.canonicalize()
}

/// Why SQLite could not open a file, where the system has a reason.
pub(super) fn reason(file: &Path) -> Option<io::Error> {
    OpenOptions::new().read(true).write(true).open(file).err()
}
