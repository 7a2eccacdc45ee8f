//! The last commit and the last failure of the store, for operators.

use std::{
    future::pending,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::protocol::Timestamp;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use parking_lot::Mutex;
use tokio::time::{sleep, timeout};

use super::LogReader;
use crate::{clock::now, database::FailureKind};

/// How long a check waits for the database before it asks whether there is a server at all. A pool waits for one that is gone as for a
/// slow one.
const REACH_CHECK_DELAY: Duration = Duration::from_millis(400);

/// Whether the store answers a read.
type Ping = BoxFuture<'static, Result<(), FailureKind>>;

/// The last commit and the last failure of the store; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreHealth(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// In milliseconds since 1970; 0 if there was none since the start.
    last_commit: AtomicU64,
    last_failure: Mutex<Option<StoreFailure>>,
    /// The read that is under way. Weak, so that it ends with its last caller.
    ping: Mutex<Option<WeakShared<Ping>>>,
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

    /// Checks that the store answers both reads and writes within the stall limit, and that the last write has not failed. Errors: why
    /// it does not. After a failure the committer checks whether writes work again.
    pub(crate) async fn check_store(&self) -> Result<(), FailureKind> {
        self.shared_ping().await?;
        if !self.stall_timer.has_failed() && self.stall_timer.elapsed() < self.stall_limit {
            return Ok(());
        }
        Err(self.health.current_failure().unwrap_or(FailureKind::NotAnswering))
    }

    /// Returns the read that is under way, or begins one. Strangers may ask for the readiness as often as they like.
    pub(super) fn shared_ping(&self) -> Shared<Ping> {
        let mut current = self.health.0.ping.lock();
        let under_way = current.as_ref().and_then(WeakShared::upgrade).filter(|ping| ping.peek().is_none());
        if let Some(ping) = under_way {
            return ping;
        }
        let reader = self.clone();
        let ping =
            async move { reader.ping_store().await.inspect_err(|kind| reader.health.record_failure(*kind)) };
        let ping = ping.boxed().shared();
        *current = ping.downgrade();
        ping
    }

    async fn ping_store(&self) -> Result<(), FailureKind> {
        let pinged = pin!(timeout(self.stall_limit, self.store.ping()));
        let outcome = tokio::select! {
            outcome = pinged => outcome,
            () = self.until_unreachable() => return Err(FailureKind::Unreachable),
        };
        let kind = match outcome {
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

    /// Resolves when there turns out to be no server, after a while. Never resolves if there is one.
    async fn until_unreachable(&self) {
        sleep(REACH_CHECK_DELAY).await;
        if !self.store.is_unreachable().await {
            pending().await
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
