//! Counters of a run, shared by all clients.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) connections: Counter,
    pub(crate) resumed: Counter,
    /// Readers that dropped their state and subscribed without a position.
    pub(crate) forgotten: Counter,
    pub(crate) acked: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) refused: Counter,
    pub(crate) unavailable: Counter,
    pub(crate) received: Counter,
    pub(crate) drains: Counter,
    /// Clients without an open draft that will start no other.
    pub(crate) settled: Counter,
}

#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
