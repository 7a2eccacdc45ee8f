//! The results of appending, which all append paths share.

use app::protocol::{Event, TopicName};
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::event_log::{AppendError, Receipt};

/// A batch that is on disk.
pub(in crate::event_log) struct Appended {
    /// One for each event, in the batch's order.
    pub(in crate::event_log) outcomes: Vec<Result<Receipt, AppendError>>,
    /// The new events, in the order of each topic's `seq`.
    pub(in crate::event_log) events: Vec<Event>,
    /// Topics of which another event was published than is stored before the new ones.
    pub(in crate::event_log) diverged: Vec<TopicName>,
}

/// The reason why one event of a batch was not appended. A rejection leaves the rest of the batch as it is, a failure of the
/// database rolls it back.
#[derive(Debug)]
pub(super) enum EventError {
    Rejected(AppendError),
    Database(DbErr),
}

impl From<AppendError> for EventError {
    fn from(error: AppendError) -> Self {
        Self::Rejected(error)
    }
}

impl From<DbErr> for EventError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

/// Returns whether a transaction failed because of a concurrent one: another process has created the same topic or stored
/// the same draft meanwhile, or both waited for each other's locks.
pub(super) fn is_conflict(error: &DbErr) -> bool {
    // PostgreSQL's `deadlock_detected`.
    const DEADLOCK: &str = "40P01";
    if let DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) = error
        && let sqlx::Error::Database(error) = error.as_ref()
    {
        return error.is_unique_violation() || error.code().is_some_and(|code| code == DEADLOCK);
    }
    false
}
