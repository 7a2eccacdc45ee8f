//! The attacks: each begins its tasks, which end when they are told to stop.

mod http;
mod sockets;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// One attack.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) begin: fn(&Target, &TaskTracker),
}

/// Every attack.
pub(crate) const ALL: &[Attack] = &[
    Attack { name: "event streams that are closed at once", begin: http::streams_closed_at_once },
    Attack { name: "half heads", begin: http::half_heads },
    Attack { name: "half bodies", begin: http::half_bodies },
    Attack { name: "slow readers", begin: http::slow_readers },
    Attack { name: "topics without end", begin: http::topics },
    Attack { name: "long phrases to search for", begin: http::phrases },
    Attack { name: "the sitemap", begin: http::sitemap },
    Attack { name: "event streams that are held", begin: http::held_streams },
    Attack { name: "sockets that are held", begin: sockets::held },
    Attack { name: "large messages", begin: sockets::large_messages },
    Attack { name: "tails that nobody reads", begin: sockets::unread_tails },
    Attack { name: "empty continuations", begin: sockets::empty_continuations },
];

/// The server, and what is counted.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) server: SocketAddr,
    pub(crate) count: Count,
    pub(crate) stop: CancellationToken,
}

/// How often something was tried, and how often the server refused it; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<(AtomicU64, AtomicU64)>);

impl Count {
    pub(crate) fn tried(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }

    pub(crate) fn refused(&self) -> u64 {
        self.0.1.load(Ordering::Relaxed)
    }

    /// Counts a try and its answer: none, or one of 400 and above, is a refusal.
    pub(super) fn answer(&self, status: Option<u16>) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
        self.0.1.fetch_add(u64::from(status.is_none_or(|status| status >= 400)), Ordering::Relaxed);
    }

    /// Counts a connection that the server closed.
    pub(super) fn closed(&self) {
        self.0.1.fetch_add(1, Ordering::Relaxed);
    }
}

impl Target {
    /// Runs `once` again and again in `tasks` tasks, until the end. It gets the number of the task and of the turn, counts what it
    /// tries, and returns `None` where its connection broke.
    fn repeat<F>(
        &self,
        tracker: &TaskTracker,
        tasks: u64,
        once: impl Fn(Target, u64, u64) -> F + Clone + Send + 'static,
    ) where
        F: Future<Output = Option<()>> + Send,
    {
        for task in 0..tasks {
            let (target, once) = (self.clone(), once.clone());
            tracker.spawn(async move {
                for turn in 0.. {
                    let done = target.stop.run_until_cancelled(once(target.clone(), task, turn)).await;
                    if done.is_none() {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            });
        }
    }
}
