//! The database: one connection that writes, a few that read.
//!
//! SQLite takes one writer at a time; with one connection for it nobody ever waits for a lock that another holds. The
//! write-ahead log lets readers go on meanwhile, and `synchronous = FULL` makes a commit durable.

use std::{path::Path, time::Duration};

use migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, DatabaseConnection, DbErr,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// How long a statement waits for another process (a backup, a shell) to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read.
const READERS: u32 = 4;

/// Why the database cannot be used. One line for whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The URL is of a kind that this version does not know.
    #[error("database {0:?}: only SQLite is supported here; give a URL like sqlite://data/chorus.db")]
    Kind(String),
    /// The folder for the file cannot be made.
    #[error("database {url:?}: cannot create the folder {folder:?}: {error}")]
    Folder {
        /// The database's URL.
        url: String,
        /// The folder.
        folder: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file cannot be opened.
    #[error("database {url:?} cannot be opened: {error}")]
    Open {
        /// The database's URL.
        url: String,
        /// What SQLite said.
        error: DbErr,
    },
    /// A migration failed.
    #[error("database {url:?} cannot be migrated: {error}")]
    Migrate {
        /// The database's URL.
        url: String,
        /// What SQLite said.
        error: DbErr,
    },
}

/// The open database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    write: DatabaseConnection,
    read: DatabaseConnection,
    url: String,
}

impl Database {
    /// Opens the file that `url` names, creating it and its folder when they are not there. Migrates nothing.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        let file = file_of(url)?;
        if let Some(folder) = Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| DatabaseError::Folder {
                url: url.to_owned(),
                folder: folder.display().to_string(),
                error,
            })?;
        }
        let open = async |connections| {
            let opened = sea_orm::Database::connect(options(url, connections)).await;
            opened.map_err(|error| DatabaseError::Open { url: url.to_owned(), error })
        };
        Ok(Self { write: open(1).await?, read: open(READERS).await?, url: url.to_owned() })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        self.migrated(Migrator::up(&self.write, None).await)
    }

    /// Takes the newest step back.
    pub async fn migrate_down(&self) -> Result<(), DatabaseError> {
        self.migrated(Migrator::down(&self.write, Some(1)).await)
    }

    /// Each step's name, and whether it was taken.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DatabaseError> {
        let steps = Migrator::get_migration_with_status_read_only(&self.write).await;
        let steps = self.migrated(steps)?;
        let taken = |step: &Migration| (step.name().to_owned(), step.status() == MigrationStatus::Applied);
        Ok(steps.iter().map(taken).collect())
    }

    /// Waits until everything is written and lets the file go.
    pub async fn close(self) {
        let _ = self.read.close().await;
        let _ = self.write.close().await;
    }

    pub(crate) fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    pub(crate) fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    fn migrated<T>(&self, result: Result<T, DbErr>) -> Result<T, DatabaseError> {
        result.map_err(|error| DatabaseError::Migrate { url: self.url.clone(), error })
    }
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.min_connections(1).max_connections(connections).sqlx_logging(false).map_sqlx_sqlite_opts(durable);
    options
}

fn durable(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
}

/// The path in a `sqlite:` URL.
fn file_of(url: &str) -> Result<&str, DatabaseError> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    let path = path.ok_or_else(|| DatabaseError::Kind(without_password(url)))?;
    Ok(path.split('?').next().unwrap_or(path))
}

/// A URL's kind and nothing of what follows, which may hold a password.
fn without_password(url: &str) -> String {
    url.split_once("://").map_or("…".to_owned(), |(kind, _)| format!("{kind}://…"))
}
