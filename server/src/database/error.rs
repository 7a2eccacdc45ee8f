//! Why the database cannot be used. One line for whoever runs the server, and never a password.

use sea_orm::DbErr;

/// Why the database cannot be used. One line for whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The URL is of a kind that this version does not know.
    #[error("database {0:?}: give a URL like sqlite://data/chorus.db or postgres://user@host/name")]
    Kind(String),
    /// The folder for the file cannot be made.
    #[error("database {name:?}: cannot create the folder {folder:?}: {error}")]
    Folder {
        /// The database, as [`super::Database::name`] tells it.
        name: String,
        /// The folder.
        folder: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// It cannot be opened.
    #[error("database {name:?} cannot be opened: {error}")]
    Open {
        /// The database, as [`super::Database::name`] tells it.
        name: String,
        /// What it said.
        error: DbErr,
    },
    /// The server does not answer.
    #[error("database {0:?} cannot be opened: its server does not answer")]
    Silent(String),
    /// A migration failed.
    #[error("database {name:?} cannot be migrated: {error}")]
    Migrate {
        /// The database, as [`super::Database::name`] tells it.
        name: String,
        /// What it said.
        error: DbErr,
    },
}

/// A URL's kind and nothing of what follows, which may hold a password.
pub(super) fn kind_of(url: &str) -> String {
    url.split_once("://").map_or("…".to_owned(), |(kind, _)| format!("{kind}://…"))
}
