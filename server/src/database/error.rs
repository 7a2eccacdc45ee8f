//! Why the database cannot be used. One line for whoever runs the server, and never a password.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the database cannot be used. One line for whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The URL is of a kind that this version does not know.
    #[error("database {0:?}: give a URL like sqlite://data/chorus.db or postgres://user@host/name")]
    Kind(String),
    /// The URL reads as something else than was meant.
    #[error(
        "database {0:?}: its URL cannot be read; percent-encode these characters in the user, the password and what follows the \
         host: @ as %40, # as %23, / as %2F, ? as %3F, % as %25"
    )]
    Encoding(String),
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
    /// It would be gone with the process, and each connection would have one of its own.
    #[error("database {0:?}: a database in memory keeps nothing; give a file like sqlite://data/chorus.db")]
    InMemory(String),
    /// Another process has it.
    #[error("database {0:?} is in use by another chorus process; end that one first")]
    InUse(String),
    /// The lock file beside it cannot be made or locked.
    #[error("database {name:?}: cannot lock {file:?}: {error}")]
    Lock {
        /// The database, as [`super::Database::name`] tells it.
        name: String,
        /// The lock file.
        file: String,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file cannot be used.
    #[error("database {name:?} cannot be opened: {error}")]
    File {
        /// The database, as [`super::Database::name`] tells it.
        name: String,
        /// The system's reason.
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
    /// A server serves it, and would not know of the change.
    #[error("database {0:?} is being served; stop every server on it first")]
    Served(String),
    /// A migration failed.
    #[error("database {name:?} cannot be migrated: {error}")]
    Migrate {
        /// The database, as [`super::Database::name`] tells it.
        name: String,
        /// What it said.
        error: DbErr,
    },
}

impl DatabaseError {
    /// Whether a server may be on its way up, or out of reach for a moment.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            Self::Open { error: DbErr::Conn(RuntimeErr::SqlxError(error)), .. } => match error.as_ref() {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
                sqlx::Error::Database(error) => error.code().is_some_and(|code| NOT_YET.contains(&&*code)),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Codes with which PostgreSQL refuses whoever comes now: it shuts down, crashed, starts, or has too many connections.
const NOT_YET: [&str; 4] = ["57P01", "57P02", "57P03", "53300"];

/// A URL's kind and nothing of what follows, which may hold a password.
pub(super) fn kind_of(url: &str) -> String {
    url.split_once("://").map_or("…".to_owned(), |(kind, _)| format!("{kind}://…"))
}
