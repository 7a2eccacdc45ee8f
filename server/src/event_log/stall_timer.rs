//! Measures for how long a write has waited for the store, and remembers whether one has failed meanwhile.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// Holds the time at which the oldest unfinished write was handed to the store; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct StallTimer(Arc<Mutex<Option<PendingWrites>>>);

#[derive(Debug)]
struct PendingWrites {
    since: Instant,
    has_failed: bool,
}

impl StallTimer {
    /// Starts the timer for a batch. A timer that still runs after a failed batch goes on: the store has not recovered.
    pub(super) fn start(&self) {
        self.0.lock().get_or_insert_with(|| PendingWrites { since: Instant::now(), has_failed: false });
    }

    /// Takes note that a batch has failed.
    pub(super) fn mark_failed(&self) {
        if let Some(pending) = &mut *self.0.lock() {
            pending.has_failed = true;
        }
    }

    /// Whether a batch has failed, and the store has neither taken one since nor answered again.
    pub(super) fn has_failed(&self) -> bool {
        self.0.lock().as_ref().is_some_and(|pending| pending.has_failed)
    }

    /// Stops the timer: the store has taken a batch, or answers again.
    pub(super) fn stop(&self) {
        *self.0.lock() = None;
    }

    /// Returns zero while no write waits.
    pub(super) fn elapsed(&self) -> Duration {
        self.0.lock().as_ref().map_or(Duration::ZERO, |pending| pending.since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_runs_from_the_first_write_that_waits_until_the_store_answers() {
        let timer = StallTimer::default();
        assert_eq!(timer.elapsed(), Duration::ZERO);
        timer.start();
        while timer.elapsed() == Duration::ZERO {}
        let before = timer.elapsed();
        timer.start();
        assert!(timer.elapsed() >= before, "the first write still waits");
        timer.stop();
        assert_eq!(timer.elapsed(), Duration::ZERO);
    }

    #[test]
    fn a_failure_counts_until_the_store_answers() {
        let timer = StallTimer::default();
        timer.start();
        assert!(!timer.has_failed());
        timer.mark_failed();
        timer.start();
        assert!(timer.has_failed(), "the next write does not end it");
        timer.stop();
        timer.start();
        assert!(!timer.has_failed());
    }
}
