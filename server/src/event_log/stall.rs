//! How long the store has owed an answer to whoever writes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Since when something that was handed to the store has not been stored; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Stall(Arc<Mutex<Option<Instant>>>);

impl Stall {
    /// A batch is on its way. One that follows a failure goes on waiting for that one's sake.
    pub(super) fn begins(&self) {
        self.lock().get_or_insert_with(Instant::now);
    }

    /// The store has taken a batch, or answers again.
    pub(super) fn ends(&self) {
        *self.lock() = None;
    }

    /// How long it has lasted; no time at all when nothing waits.
    pub(super) fn lasts(&self) -> Duration {
        self.lock().map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
