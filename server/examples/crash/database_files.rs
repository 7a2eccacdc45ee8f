//! The files of a SQLite database, and copies of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sea_orm::sqlx::{self, ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::Violation;

/// The database, its write-ahead log, and the watermark that detects restores.
const COPIED: [&str; 3] = ["", "-wal", ".mark"];

pub(crate) struct DatabaseFiles {
    file: PathBuf,
}

pub(crate) struct FilesCopy {
    folder: TempDir,
}

impl DatabaseFiles {
    pub(crate) fn new(file: &Path) -> Self {
        Self { file: file.to_owned() }
    }

    /// The database file with a suffix.
    pub(crate) fn path(&self, suffix: &str) -> PathBuf {
        let mut path = self.file.clone().into_os_string();
        path.push(suffix);
        path.into()
    }

    /// Copies the files as they are. The server must not run, or must be halted.
    pub(crate) fn copy(&self) -> FilesCopy {
        let copy = FilesCopy { folder: TempDir::new().expect("a folder for a copy") };
        for suffix in COPIED {
            copy_if_exists(&self.path(suffix), &copy.path(suffix));
        }
        copy
    }

    /// Copies the database through SQLite, while the server runs. Such a copy has no watermark.
    pub(crate) async fn backup(&self) -> Result<FilesCopy, Violation> {
        let copy = FilesCopy { folder: TempDir::new().expect("a folder for a backup") };
        let target = copy.path("").display().to_string();
        let failed = |error: sqlx::Error| format!("VACUUM INTO: {error}");
        let mut connection =
            SqliteConnectOptions::new().filename(&self.file).connect().await.map_err(failed)?;
        sqlx::query("VACUUM INTO ?").bind(target).execute(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        Ok(copy)
    }

    /// Checks a copy of the files for damage. The server must not run.
    pub(crate) async fn check_integrity(&self) -> Result<(), Violation> {
        let copy = self.copy();
        let failed = |error: sqlx::Error| format!("the integrity check: {error}");
        let mut connection =
            SqliteConnectOptions::new().filename(copy.path("")).connect().await.map_err(failed)?;
        let found: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        if found == ["ok"] { Ok(()) } else { Err(format!("the database is damaged: {found:?}")) }
    }

    /// Puts a copy in place of the files. The server must not run.
    pub(crate) fn restore(&self, copy: &FilesCopy, watermark: Watermark) {
        for suffix in ["", "-wal", "-shm"] {
            remove_if_exists(&self.path(suffix));
            copy_if_exists(&copy.path(suffix), &self.path(suffix));
        }
        match watermark {
            Watermark::Stays => {}
            Watermark::Removed => remove_if_exists(&self.path(".mark")),
            Watermark::Restored => {
                remove_if_exists(&self.path(".mark"));
                copy_if_exists(&copy.path(".mark"), &self.path(".mark"));
            }
        }
    }
}

/// The watermark beside a restored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watermark {
    /// It names the newest event of the history that was replaced.
    Stays,
    Removed,
    /// It is that of the copy; removed if the copy has none.
    Restored,
}

impl FilesCopy {
    fn path(&self, suffix: &str) -> PathBuf {
        self.folder.path().join(format!("chorus.db{suffix}"))
    }
}

fn copy_if_exists(from: &Path, to: &Path) {
    match fs::copy(from, to) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => panic!("{} to {}: {error}", from.display(), to.display()),
    }
}

fn remove_if_exists(file: &Path) {
    match fs::remove_file(file) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => panic!("{}: {error}", file.display()),
    }
}
