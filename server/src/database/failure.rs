//! The kinds of failures that an operator does something about.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the database does not store or answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// Another process holds a lock.
    Locked,
    /// The disk of the database is full.
    Full,
    /// A SQLite file was deleted, moved or replaced.
    Moved,
    /// There is no connection to the PostgreSQL server.
    Unreachable,
    /// The database takes too long.
    NotAnswering,
    /// Anything else; the log has the error.
    Other,
}

impl FailureKind {
    pub(crate) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => of_sqlx(error),
            DbErr::ConnectionAcquire(_) => Self::NotAnswering,
            _ => Self::Other,
        }
    }

    /// The name in `/readyz`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Locked => "database_locked",
            Self::Full => "database_full",
            Self::Moved => "database_moved",
            Self::Unreachable => "database_unreachable",
            Self::NotAnswering => "database_not_answering",
            Self::Other => "database_failed",
        }
    }

    /// A sentence for the operator.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Locked => "another process holds the lock of the database: end it, or wait for it",
            Self::Full => "the disk of the database is full: nothing is stored until there is room",
            Self::Moved => {
                "the database file was deleted, moved or replaced: put the right file in its place and restart"
            }
            Self::Unreachable => "the server of the database cannot be reached",
            Self::NotAnswering => "the database does not answer",
            Self::Other => "the database does not store anything: the log has its error",
        }
    }
}

fn of_sqlx(error: &sqlx::Error) -> FailureKind {
    match error {
        sqlx::Error::Io(_) => FailureKind::Unreachable,
        sqlx::Error::PoolTimedOut => FailureKind::NotAnswering,
        sqlx::Error::Database(error) => of_code(error.code().as_deref().unwrap_or_default()),
        _ => FailureKind::Other,
    }
}

/// A result code of SQLite (<https://sqlite.org/rescode.html>), which is a number, or a SQLSTATE of PostgreSQL, which has five
/// characters.
fn of_code(code: &str) -> FailureKind {
    match code {
        "53100" => FailureKind::Full,
        "55P03" | "40P01" => FailureKind::Locked,
        "57P01" | "57P02" | "57P03" | "53300" => FailureKind::Unreachable,
        _ if code.len() == 5 => FailureKind::Other,
        _ => of_sqlite(code.parse().unwrap_or_default()),
    }
}

/// The low byte of an extended code is the primary one.
fn of_sqlite(code: u32) -> FailureKind {
    match (code, code & 0xff) {
        // SQLITE_READONLY_DBMOVED
        (1_032, _) => FailureKind::Moved,
        // SQLITE_BUSY, SQLITE_LOCKED
        (_, 5 | 6) => FailureKind::Locked,
        // SQLITE_FULL
        (_, 13) => FailureKind::Full,
        _ => FailureKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_told_apart() {
        for (code, kind) in [
            ("5", FailureKind::Locked),
            ("517", FailureKind::Locked),
            ("6", FailureKind::Locked),
            ("13", FailureKind::Full),
            ("1032", FailureKind::Moved),
            ("8", FailureKind::Other),
            ("10", FailureKind::Other),
            ("", FailureKind::Other),
            ("53100", FailureKind::Full),
            ("55P03", FailureKind::Locked),
            ("57P01", FailureKind::Unreachable),
            ("42501", FailureKind::Other),
        ] {
            assert_eq!(of_code(code), kind, "{code}");
        }
        let refused = sqlx::Error::Io(std::io::ErrorKind::ConnectionRefused.into());
        assert_eq!(of_sqlx(&refused), FailureKind::Unreachable);
    }
}
