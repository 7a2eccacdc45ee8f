//! Measures for how long a write has waited for the store.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// Holds the time at which the oldest unfinished write was handed to the store; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct StallTimer(Arc<Mutex<Option<Instant>>>);

impl StallTimer {
    /// Starts the timer for a batch. A timer that still runs after a failed batch goes on: the store has not recovered.
    pub(super) fn start(&self) {
        self.0.lock().get_or_insert_with(Instant::now);
    }

    /// Stops the timer: the store has taken a batch, or answers again.
    pub(super) fn stop(&self) {
        *self.0.lock() = None;
    }

    /// Returns zero while no write waits.
    pub(super) fn elapsed(&self) -> Duration {
        self.0.lock().map_or(Duration::ZERO, |since| since.elapsed())
    }
}
