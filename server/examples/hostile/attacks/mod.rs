//! The attacks. Each starts tasks that run until `Target::stop` is cancelled.

mod api;
mod catalog;
mod http;
mod sockets;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use catalog::{ATTACKS, Attack};

/// The pause after a refusal.
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// The attacked server, the attack's counters, and the signal to stop.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) server: SocketAddr,
    pub(crate) counters: Counters,
    pub(crate) stop: CancellationToken,
}

/// Counts attempts and refusals. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Counts>);

#[derive(Default)]
struct Counts {
    attempts: AtomicU64,
    refused: AtomicU64,
}

impl Counters {
    pub(crate) fn attempts(&self) -> u64 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    pub(crate) fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// Counts an attempt. No response, or a status of at least 400, counts as refused.
    pub(super) fn answer(&self, status: Option<u16>) {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
        self.0.refused.fetch_add(u64::from(status.is_none_or(|status| status >= 400)), Ordering::Relaxed);
    }

    /// Counts a connection that the server closed as refused.
    pub(super) fn closed(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }
}

impl Target {
    /// Starts `tasks` tasks that call `once` in a loop until the attack stops. Its arguments are the numbers of the task and of the
    /// iteration. It counts its attempts, and returns `None` when its connection broke.
    fn repeat<F>(
        &self,
        tracker: &TaskTracker,
        tasks: u64,
        once: impl Fn(Target, u64, u64) -> F + Clone + Send + 'static,
    ) where
        F: Future<Output = Option<()>> + Send,
    {
        for task in 0..tasks {
            let target = self.clone();
            let once = once.clone();
            tracker.spawn(async move {
                for iteration in 0.. {
                    let done = target.stop.run_until_cancelled(once(target.clone(), task, iteration)).await;
                    if done.is_none() {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            });
        }
    }
}
