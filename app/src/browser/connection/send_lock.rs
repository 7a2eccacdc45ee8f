//! The lock on sending. All tabs of a person share the same drafts, and only the tab that holds this lock sends them.

use futures::{
    FutureExt,
    future::{Fuse, LocalBoxFuture},
    select_biased,
};
use gloo_timers::future::TimeoutFuture;

use super::web_lock::WebLock;
use crate::browser::base_path::address;

/// A tab that holds the lock and sends nothing for this long is assumed to be suspended. The others then send without
/// the lock; the server drops duplicates by their draft id.
const TIMEOUT_MS: u32 = 5_000;

/// Whether this tab may send.
pub(super) enum SendLock {
    /// This tab has nothing to send.
    Idle,
    /// Another tab holds the lock.
    Waiting { lock: Fuse<LocalBoxFuture<'static, Option<WebLock>>>, timeout: Fuse<TimeoutFuture> },
    /// This tab may send. `None` if the browser has no locks, or after the timeout.
    Held { _lock: Option<WebLock> },
}

impl SendLock {
    pub(super) fn request() -> Self {
        let lock = WebLock::request(address(format_args!("chorus.outbox"))).boxed_local().fuse();
        Self::Waiting { lock, timeout: TimeoutFuture::new(TIMEOUT_MS).fuse() }
    }

    /// Waits until the lock is held. Never resolves unless this is [`Waiting`](Self::Waiting).
    pub(super) async fn acquired(&mut self) -> Self {
        let Self::Waiting { lock, timeout } = self else { return std::future::pending().await };
        let mut lock = lock;
        let mut timeout = timeout;
        select_biased! {
            lock = lock => Self::Held { _lock: lock },
            () = timeout => Self::Held { _lock: None },
        }
    }

    /// Restarts the timeout: a draft was committed, so the tab that holds the lock is alive.
    pub(super) fn restart_timeout(&mut self) {
        if let Self::Waiting { timeout, .. } = self {
            *timeout = TimeoutFuture::new(TIMEOUT_MS).fuse();
        }
    }
}
