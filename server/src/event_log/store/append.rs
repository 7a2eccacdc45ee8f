//! Appends a batch in one transaction, in which every event gets its `seq`.
//!
//! SQLite tries the fast path (`fast_append`) first. PostgreSQL, and every batch that the fast path cannot take, goes
//! through `checked_append`, which looks up the current state before it writes.

use app::protocol::Event;
use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{Store, fast_append::FastAppend};
use crate::{
    database::WriterLease,
    event_log::{AppendError, NewEvent, Receipt},
};

/// A batch that is on disk.
pub(in crate::event_log) struct Appended {
    /// One for each event, in the batch's order.
    pub(in crate::event_log) outcomes: Vec<Result<Receipt, AppendError>>,
    /// The new events, in the order of each topic's `seq`.
    pub(in crate::event_log) events: Vec<Event>,
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

impl Store {
    /// Stores a batch. On an error nothing of it was stored, unless the commit itself failed.
    pub(in crate::event_log) async fn append(
        &self,
        lease: &mut WriterLease,
        events: Vec<NewEvent>,
    ) -> Result<Appended, DbErr> {
        let events = match self.fast_append(lease, events).await? {
            FastAppend::Appended(appended) => return Ok(appended),
            FastAppend::NeedsChecks(events) => events,
        };
        // The checked path takes the write connection from its pool, so the fast path must release it.
        lease.release();
        let appended = self.checked_append(events).await;
        if appended.is_err() {
            self.head_cache.clear();
        }
        appended
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
