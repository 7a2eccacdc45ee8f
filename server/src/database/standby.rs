//! Whether a PostgreSQL server is a standby, and which questions it never answers.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, RuntimeErr, Statement};

use super::{BoundedTransaction, Database, error};

const IS_STANDBY: &str = "SELECT pg_is_in_recovery() AS is_standby";

impl Database {
    /// Begins a transaction whose statements see everything that was committed: not on a standby, which can be read before it has
    /// replayed that. Errors: the server is a standby.
    pub(crate) async fn begin_on_primary(&self) -> Result<BoundedTransaction, DbErr> {
        let transaction = self.begin().await?;
        if self.is_shared() {
            let statement = Statement::from_string(DbBackend::Postgres, IS_STANDBY);
            let row = transaction.query_one_raw(statement).await?;
            refuse_standby(row.map(|row| row.try_get("", "is_standby")).transpose()?)?;
        }
        Ok(transaction)
    }
}

/// Returns an error unless the server is known to be no standby.
pub(crate) fn refuse_standby(is_standby: Option<bool>) -> Result<(), DbErr> {
    match is_standby {
        Some(false) => Ok(()),
        _ => Err(DbErr::Custom(error::STANDBY_MESSAGE.to_owned())),
    }
}

/// PostgreSQL's `insufficient_privilege`, `undefined_function` and `feature_not_supported`.
const NEVER_ANSWERED: [&str; 3] = ["42501", "42883", "0A000"];

/// Whether a PostgreSQL service forbids a function or does not have it. Other errors may be gone the next time.
pub(crate) fn is_never_answered(error: &DbErr) -> bool {
    let code = match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error().and_then(|error| error.code())
        }
        _ => None,
    };
    code.is_some_and(|code| NEVER_ANSWERED.contains(&code.as_ref()))
}
