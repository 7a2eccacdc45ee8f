//! Whether the committer still works, for a watchdog.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// Observes the committer, and does not keep it running; cheap to clone.
#[derive(Debug, Clone)]
pub struct CommitterProbe {
    /// The time at which the current batch began, or `None` while the committer waits for events.
    batch_started_at: Arc<Mutex<Option<Instant>>>,
    ended: CancellationToken,
}

impl CommitterProbe {
    /// `ended` is cancelled when the committer ends, also by a panic.
    pub(super) fn new(ended: CancellationToken) -> Self {
        Self { batch_started_at: Arc::default(), ended }
    }

    pub(super) fn begin_batch(&self) {
        *self.batch_started_at.lock() = Some(Instant::now());
    }

    pub(super) fn begin_wait(&self) {
        *self.batch_started_at.lock() = None;
    }

    /// Whether the committer has ended, or works on one batch for longer than `limit`. A database that does not answer is no reason
    /// by itself: its commits fail after `database-timeout-ms`, and the next batch begins.
    pub fn is_stuck(&self, limit: Duration) -> bool {
        self.ended.is_cancelled() || self.batch_started_at.lock().is_some_and(|at| at.elapsed() >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_committer_is_stuck_in_a_batch_and_not_while_it_waits() {
        let probe = CommitterProbe::new(CancellationToken::new());
        assert!(!probe.is_stuck(Duration::ZERO), "it waits");
        probe.begin_batch();
        assert!(probe.is_stuck(Duration::ZERO) && !probe.is_stuck(LONG));
        probe.begin_wait();
        assert!(!probe.is_stuck(Duration::ZERO));
    }

    #[test]
    fn a_committer_that_has_ended_is_stuck() {
        let ended = CancellationToken::new();
        let probe = CommitterProbe::new(ended.clone());
        ended.cancel();
        assert!(probe.is_stuck(LONG));
    }
}
