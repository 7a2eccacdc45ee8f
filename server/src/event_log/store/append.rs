//! Appends a batch in one transaction, in which every event gets its `seq`.
//!
//! SQLite tries the fast path (`fast_append`) first. PostgreSQL, and every batch that the fast path cannot take, goes
//! through `checked_append`, which looks up the current state before it writes.

use sea_orm::DbErr;

use super::{Store, append_result::Appended, fast_append::FastAppend};
use crate::{database::WriterLease, event_log::NewEvent};

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
