//! Why the database cannot be used.
//!
//! Each message is one line for the operator, and never contains a password.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The URL's scheme is none that this version supports.
    #[error("database {0:?}: give a URL like sqlite://data/chorus.db or postgres://user@host/name")]
    UnknownScheme(String),
    /// A character that is not percent-encoded gives the URL another meaning than intended.
    #[error(
        "database {0:?}: its URL cannot be read; percent-encode these characters in the user, the password and what follows the \
         host: @ as %40, # as %23, / as %2F, ? as %3F, % as %25"
    )]
    AmbiguousUrl(String),
    /// The folder for the file cannot be created.
    #[error("database {name:?}: cannot create the folder {folder:?}: {error}")]
    Folder { name: String, folder: String, error: std::io::Error },
    /// A database in memory is lost with the process, and each connection would have one of its own.
    #[error("database {0:?}: a database in memory keeps nothing; give a file like sqlite://data/chorus.db")]
    InMemory(String),
    /// Another process holds the lock.
    #[error("database {0:?} is in use by another chorus process; end that one first")]
    InUse(String),
    /// The lock file beside the database cannot be created or locked.
    #[error("database {name:?}: cannot lock {file:?}: {error}")]
    Lock { name: String, file: String, error: std::io::Error },
    /// The system refuses to open the file.
    #[error("database {name:?} cannot be opened: {error}")]
    File { name: String, error: std::io::Error },
    /// The database refuses to open.
    #[error("database {name:?} cannot be opened: {error}")]
    Open { name: String, error: DbErr },
    /// The PostgreSQL server does not answer.
    #[error("database {0:?} cannot be opened: its server does not answer")]
    Unresponsive(String),
    /// A Chorus server uses the database and would miss the change.
    #[error("database {0:?} is being served; stop every server on it first")]
    Served(String),
    /// A migration failed.
    #[error("database {name:?} cannot be migrated: {error}")]
    Migrate { name: String, error: DbErr },
}

impl DatabaseError {
    /// Whether a retry may succeed: the server is still starting, or out of reach for a moment.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Unresponsive(_) => true,
            Self::Open { error: DbErr::Conn(RuntimeErr::SqlxError(error)), .. } => match error.as_ref() {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
                sqlx::Error::Database(error) => {
                    error.code().is_some_and(|code| TRANSIENT_SQLSTATES.contains(&&*code))
                }
                _ => false,
            },
            _ => false,
        }
    }
}

/// Why a query with a deadline returned no rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeadlineError {
    /// The deadline passed first; the query was interrupted.
    #[error("the query took too long")]
    Exceeded,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Codes with which PostgreSQL refuses a connection for now: shutting down, crashed, starting, too many connections.
const TRANSIENT_SQLSTATES: [&str; 4] = ["57P01", "57P02", "57P03", "53300"];

/// Returns a URL's scheme and replaces the rest, which may hold a password.
pub(super) fn redacted(url: &str) -> String {
    url.split_once("://").map_or("…".to_owned(), |(scheme, _)| format!("{scheme}://…"))
}

/// Wraps an error of sqlx as SeaORM does.
pub(super) fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}
