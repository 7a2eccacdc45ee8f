//! How much of the connection that writes is wanted by those who publish, so that the index of words takes what they leave.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// What publishing takes of a connection; cheap to clone. One publisher at a time is measured: there is one pen.
#[derive(Debug, Clone)]
pub(crate) struct Demand {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    base: Instant,
    /// Nanoseconds for which transactions waited and ran.
    spent: AtomicU64,
    /// When the one under way began, in nanoseconds since `base`; 0: none is.
    began: AtomicU64,
    waiting: AtomicUsize,
}

/// A transaction under way, until it is dropped.
pub(super) struct Publishing(Demand);

/// A transaction that waits for the connection, until it is dropped.
pub(crate) struct Waiting(Demand);

impl Default for Demand {
    fn default() -> Self {
        let (spent, began, waiting) = (AtomicU64::new(0), AtomicU64::new(0), AtomicUsize::new(0));
        Self { inner: Arc::new(Inner { base: Instant::now(), spent, began, waiting }) }
    }
}

impl Demand {
    pub(super) fn publishes(&self) -> Publishing {
        self.inner.began.store(self.now().max(1), Ordering::Relaxed);
        Publishing(self.clone())
    }

    pub(crate) fn waits(&self) -> Waiting {
        self.inner.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(self.clone())
    }

    /// Whether somebody who publishes waits for the connection.
    pub(crate) fn is_waiting(&self) -> bool {
        self.inner.waiting.load(Ordering::Relaxed) > 0
    }

    /// For how long transactions of those who publish have waited and run so far.
    pub(crate) fn spent(&self) -> Duration {
        let under_way = match self.inner.began.load(Ordering::Relaxed) {
            0 => 0,
            began => self.now().saturating_sub(began),
        };
        Duration::from_nanos(self.inner.spent.load(Ordering::Relaxed) + under_way)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.inner.base.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        let Self(demand) = self;
        let began = demand.inner.began.swap(0, Ordering::Relaxed);
        demand.inner.spent.fetch_add(demand.now().saturating_sub(began), Ordering::Relaxed);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.inner.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
