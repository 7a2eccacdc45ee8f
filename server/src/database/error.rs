//! Why the database cannot be used.
//!
//! Each message is one line for the operator, and never contains a password.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

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
    /// The URL leads to a pooler, which gives no connection a session of its own.
    #[error(
        "database {name:?} is behind a pooler ({reason}); set database-direct-url to the URL of the PostgreSQL server itself"
    )]
    Pooler { name: String, reason: String },
    /// The URL that must lead past the pooler does not.
    #[error(
        "database-direct-url {name:?} leads to a pooler ({reason}); give the URL of the PostgreSQL server itself"
    )]
    NotDirect { name: String, reason: String },
    /// The two URLs lead to different databases.
    #[error("database {name:?} and database-direct-url {direct:?} are not the same database")]
    OtherDatabase { name: String, direct: String },
    /// A pooler does not pass on the options that the operator wants.
    #[error(
        "database {0:?} is behind a pooler, which drops the options in its URL or in PGOPTIONS; set them with ALTER ROLE … SET"
    )]
    PoolerOptions(String),
    /// A setting that Chorus relies on does not hold.
    #[error("database {name:?}: {setting} is {value:?} instead of {wanted:?}; {remedy}")]
    Setting { name: String, setting: &'static str, value: String, wanted: String, remedy: &'static str },
    /// A Chorus server uses the database and would miss the change.
    #[error("database {0:?} is being served; stop every server on it first")]
    Served(String),
    /// A `chorus move` to it has begun and is not complete.
    #[error(
        "database {0:?} holds a part of a chat that is being moved; run the same `chorus move` again to complete it"
    )]
    HalfMoved(String),
    /// A migration failed.
    #[error("database {name:?} cannot be migrated: {error}")]
    Migrate { name: String, error: DbErr },
}

impl DatabaseError {
    /// Whether a retry may succeed: the server is still starting, or out of reach for a moment.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Unresponsive(_) => true,
            Self::Open { error, .. } | Self::Migrate { error, .. } => is_transient(error),
            _ => false,
        }
    }
}

/// Whether PostgreSQL is out of reach for a moment: it has ended the connection, accepts none, or is a standby that may be promoted.
pub(crate) fn is_transient(error: &DbErr) -> bool {
    let error = match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => return true,
        DbErr::Custom(message) => return message == STANDBY_MESSAGE,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return false,
    };
    match error.as_ref() {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => {
            is_transient_answer(error.code().as_deref().unwrap_or_default(), error.message())
        }
        _ => false,
    }
}

fn is_transient_answer(sqlstate: &str, message: &str) -> bool {
    let is_of_pooler = sqlstate == POOLER_SQLSTATE || message.contains(POOLER_WITHOUT_SERVER);
    TRANSIENT_SQLSTATES.contains(&sqlstate)
        || (is_of_pooler && !PERMANENT_POOLER_ERRORS.iter().any(|part| message.contains(part)))
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

/// Codes with which PostgreSQL ends a connection, or refuses one for now: shutting down, crashed, starting, too many connections. The
/// last one refuses to write on a standby, which may be about to be promoted.
const TRANSIENT_SQLSTATES: [&str; 5] = ["57P01", "57P02", "57P03", "53300", "25006"];

/// The message for a server that is a standby.
pub(super) const STANDBY_MESSAGE: &str = "the server is a standby, which may lack what was committed";

/// PgBouncer's code for its own errors of all kinds, `protocol_violation`.
const POOLER_SQLSTATE: &str = "08P01";

/// Parts of PgBouncer's messages about its configuration or the URL, which stay as they are.
const PERMANENT_POOLER_ERRORS: [&str; 6] = [
    "no such",
    "not allowed",
    "is disabled",
    "config error",
    "unsupported startup parameter",
    "authentication failed",
];

/// Part of the message with which PgBouncer refuses a connection while its server does not answer.
const POOLER_WITHOUT_SERVER: &str = "server_login_retry";

/// Returns a URL's scheme and replaces the rest, which may hold a password.
pub(super) fn redacted(url: &str) -> String {
    url.split_once("://").map_or("…".to_owned(), |(scheme, _)| format!("{scheme}://…"))
}

/// Wraps an error of taking a connection as SeaORM does.
pub(super) fn conn_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// Wraps an error of a statement as SeaORM does.
pub(super) fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_may_be_up_soon_is_tried_again_and_a_wrong_setting_is_not() {
        for (sqlstate, message) in [
            ("57P03", "the database system is starting up"),
            ("25006", "cannot execute CREATE TABLE in a read-only transaction"),
            ("08P01", "server conn crashed?"),
            ("08P01", "no more connections allowed (max_client_conn)"),
            ("58000", "server login has been failing, cached error: … (server_login_retry)"),
        ] {
            assert!(is_transient_answer(sqlstate, message), "{message}");
        }
        for (sqlstate, message) in [
            ("3D000", "database \"chorus\" does not exist"),
            ("28P01", "password authentication failed for user \"chorus\""),
            ("08P01", "no such database: chorus"),
            ("08P01", "bouncer config error"),
            ("08P01", "unsupported startup parameter: options"),
            ("08P01", "SASL authentication failed"),
            ("08P01", "password authentication failed"),
            ("42501", "permission denied for schema public"),
        ] {
            assert!(!is_transient_answer(sqlstate, message), "{message}");
        }
        assert!(is_transient(&super::super::refuse_standby(Some(true)).unwrap_err()));
        assert!(!is_transient(&DbErr::Custom("other".to_owned())));
    }
}
