//! A tab's turn to send. The tabs of one person hold the same drafts, and one at a time sends them.

use futures::{
    FutureExt,
    future::{Fuse, LocalBoxFuture},
    select_biased,
};
use gloo_timers::future::TimeoutFuture;

use super::lock::{Lock, lock};

/// A tab that has its turn and does nothing with it for so long is asleep: the others go on without waiting for it, and
/// the server drops what comes twice.
const PATIENCE_MS: u32 = 5_000;

/// Whether it is this tab's turn.
pub(super) enum Turn {
    /// It has nothing to send.
    Unwanted,
    /// It waits for others to be ready.
    Awaited { lock: Fuse<LocalBoxFuture<'static, Option<Lock>>>, patience: Fuse<TimeoutFuture> },
    /// It is, under the lock if there is one.
    Here { _lock: Option<Lock> },
}

impl Turn {
    /// Asks for the turn.
    pub(super) fn ask() -> Self {
        let lock = lock("chorus.outbox").boxed_local().fuse();
        Self::Awaited { lock, patience: TimeoutFuture::new(PATIENCE_MS).fuse() }
    }

    /// Waits until the turn has come; for ever when nobody asked for it, or it is there already.
    pub(super) async fn comes(&mut self) -> Self {
        let Self::Awaited { lock, patience } = self else { return std::future::pending().await };
        let (mut lock, mut patience) = (lock, patience);
        select_biased! {
            lock = lock => Self::Here { _lock: lock },
            () = patience => Self::Here { _lock: None },
        }
    }

    /// Whoever has the turn makes use of it.
    pub(super) fn others_are_awake(&mut self) {
        if let Self::Awaited { patience, .. } = self {
            *patience = TimeoutFuture::new(PATIENCE_MS).fuse();
        }
    }
}
