//! Counters of a run, shared by all clients.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) connections: Counter,
    pub(crate) streams: Counter,
    pub(crate) resumed: Counter,
    pub(crate) resets: Counter,
    /// Readers that dropped their state and subscribed without a position.
    pub(crate) forgotten: Counter,
    pub(crate) acked: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) refused: Counter,
    pub(crate) unavailable: Counter,
    /// Clients that waited too long for a node and tried another.
    pub(crate) impatient: Counter,
    /// Subscriptions that were answered with a lower head than another client knew of when they were sent.
    pub(crate) stale_heads: Counter,
    /// HTTP requests whose outcome the client did not learn.
    pub(crate) unanswered: Counter,
    pub(crate) searches: Counter,
    /// Searches that said they were incomplete, were refused, or whose message changed meanwhile.
    pub(crate) inconclusive: Counter,
    pub(crate) memberships: Counter,
    pub(crate) received: Counter,
    pub(crate) drains: Counter,
    /// Readers that stayed away until a restored log had grown past their position, and those of them that have come back.
    pub(crate) waiting: Counter,
    pub(crate) waited: Counter,
    /// Clients without an open draft that will start no other.
    pub(crate) settled: Counter,
}

impl Counters {
    /// Counts the answer to a search.
    pub(crate) fn searched(&self, is_conclusive: bool) {
        self.searches.increment();
        if !is_conclusive {
            self.inconclusive.increment();
        }
    }
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
