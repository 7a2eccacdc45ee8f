//! How busy publishing keeps the connection that writes. The search index is written in the time that publishing leaves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// The load that publishing puts on the writer; cheap to clone. Measures one transaction at a time, which is enough: only the
/// committer has a `WriterLease`.
#[derive(Debug, Clone)]
pub(crate) struct WriterLoad {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The origin of `started_ns`.
    base: Instant,
    /// Nanoseconds that finished transactions waited and ran.
    busy_ns: AtomicU64,
    /// Start of the transaction under way, in nanoseconds since `base`; 0 when there is none.
    started_ns: AtomicU64,
    waiting: AtomicUsize,
}

/// Counts a transaction as under way until it is dropped.
pub(super) struct ActiveTransaction(WriterLoad);

/// Counts a transaction as waiting for the connection until it is dropped.
pub(crate) struct WaitGuard(WriterLoad);

impl Default for WriterLoad {
    fn default() -> Self {
        let inner = Inner {
            base: Instant::now(),
            busy_ns: AtomicU64::new(0),
            started_ns: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl WriterLoad {
    pub(super) fn start_transaction(&self) -> ActiveTransaction {
        // 0 stands for no transaction.
        self.inner.started_ns.store(self.now_ns().max(1), Ordering::Relaxed);
        ActiveTransaction(self.clone())
    }

    pub(crate) fn start_waiting(&self) -> WaitGuard {
        self.inner.waiting.fetch_add(1, Ordering::Relaxed);
        WaitGuard(self.clone())
    }

    /// Whether a publisher waits for the connection.
    pub(crate) fn is_waiting(&self) -> bool {
        self.inner.waiting.load(Ordering::Relaxed) > 0
    }

    /// How long publishing transactions have waited and run so far.
    pub(crate) fn busy_time(&self) -> Duration {
        let under_way = match self.inner.started_ns.load(Ordering::Relaxed) {
            0 => 0,
            started => self.now_ns().saturating_sub(started),
        };
        Duration::from_nanos(self.inner.busy_ns.load(Ordering::Relaxed) + under_way)
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.inner.base.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Drop for ActiveTransaction {
    fn drop(&mut self) {
        let Self(load) = self;
        let started = load.inner.started_ns.swap(0, Ordering::Relaxed);
        load.inner.busy_ns.fetch_add(load.now_ns().saturating_sub(started), Ordering::Relaxed);
    }
}

impl Drop for WaitGuard {
    fn drop(&mut self) {
        self.0.inner.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
