//! The queue of those who write beside the log on the one connection of a SQLite file.
//!
//! The pool serves callers in the order of their requests, so a thousand new sessions would delay the next message until all of
//! them are stored. Such writers wait in this queue instead, and one of them at a time requests the connection.

use std::sync::Arc;

use sea_orm::{ConnAcquireErr, DbErr};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::WAIT_TIMEOUT;

#[derive(Debug, Clone)]
pub(super) struct WriterQueue(Arc<Semaphore>);

/// Lasts until it is dropped.
#[derive(Debug)]
pub(super) struct WriterPermit(#[expect(dead_code, reason = "it ends with its drop")] OwnedSemaphorePermit);

impl Default for WriterQueue {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl WriterQueue {
    /// Waits for the permit, as long as for a connection.
    pub(super) async fn acquire(&self) -> Result<WriterPermit, DbErr> {
        let permit = timeout(WAIT_TIMEOUT, Arc::clone(&self.0).acquire_owned()).await;
        let late = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        permit.ok().and_then(Result::ok).map(WriterPermit).ok_or(late)
    }
}
