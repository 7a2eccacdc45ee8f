//! The last commit and the last failure of the store, for operators.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::protocol::Timestamp;
use parking_lot::Mutex;
use tokio::time::timeout;

use super::LogReader;
use crate::{clock::now, database::FailureKind};

/// What happened last; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreHealth(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// In milliseconds since 1970; 0 if there was none since the start.
    last_commit: AtomicU64,
    last_failure: Mutex<Option<StoreFailure>>,
}

/// A commit or a check that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoreFailure {
    pub(crate) at: Timestamp,
    pub(crate) kind: FailureKind,
}

impl StoreHealth {
    pub(super) fn record_commit(&self) {
        self.0.last_commit.store(now().0, Ordering::Relaxed);
    }

    pub(super) fn record_failure(&self, kind: FailureKind) {
        *self.0.last_failure.lock() = Some(StoreFailure { at: now(), kind });
    }

    fn last_commit(&self) -> Option<Timestamp> {
        Some(self.0.last_commit.load(Ordering::Relaxed)).filter(|at| *at > 0).map(Timestamp)
    }

    fn last_failure(&self) -> Option<StoreFailure> {
        *self.0.last_failure.lock()
    }

    /// Returns why the newest commit failed, or `None` if it did not.
    fn current_failure(&self) -> Option<FailureKind> {
        let failure = self.last_failure()?;
        let is_newest = self.last_commit().is_none_or(|commit| commit.0 <= failure.at.0);
        is_newest.then_some(failure.kind)
    }
}

impl LogReader {
    /// Returns the time of the last commit since the start.
    pub(crate) fn last_commit(&self) -> Option<Timestamp> {
        self.health.last_commit()
    }

    /// Returns the last failure since the start.
    pub(crate) fn last_failure(&self) -> Option<StoreFailure> {
        self.health.last_failure()
    }

    /// Checks that the store answers both reads and writes within the stall limit. Errors: why it does not.
    pub(crate) async fn check_store(&self) -> Result<(), FailureKind> {
        self.ping_store().await.inspect_err(|kind| self.health.record_failure(*kind))?;
        if self.stall_timer.elapsed() < self.stall_limit {
            return Ok(());
        }
        Err(self.health.current_failure().unwrap_or(FailureKind::NotAnswering))
    }

    async fn ping_store(&self) -> Result<(), FailureKind> {
        let kind = match timeout(self.stall_limit, self.store.ping()).await {
            Ok(Ok(())) => return Ok(()),
            _ if self.store.is_detached() => FailureKind::Moved,
            Ok(Err(error)) => FailureKind::of(&error),
            Err(_) => FailureKind::NotAnswering,
        };
        match kind {
            FailureKind::NotAnswering if self.store.is_unreachable().await => Err(FailureKind::Unreachable),
            kind => Err(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_after_a_failure_ends_it() {
        let health = StoreHealth::default();
        assert_eq!((health.last_commit(), health.current_failure()), (None, None));
        health.record_failure(FailureKind::Locked);
        assert_eq!(health.current_failure(), Some(FailureKind::Locked));
        let failed_at = health.last_failure().unwrap().at;
        while now().0 <= failed_at.0 {}
        health.record_commit();
        assert_eq!(health.current_failure(), None);
        assert_eq!(health.last_failure().map(|failure| failure.kind), Some(FailureKind::Locked));
    }
}
