//! What is counted while it goes on.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) connections: Count,
    pub(crate) resumed: Count,
    pub(crate) forgotten: Count,
    pub(crate) acked: Count,
    pub(crate) duplicates: Count,
    pub(crate) refused: Count,
    pub(crate) unavailable: Count,
    pub(crate) heard: Count,
    pub(crate) drains: Count,
    /// Clients that have no draft open and begin none.
    pub(crate) settled: Count,
}

#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
