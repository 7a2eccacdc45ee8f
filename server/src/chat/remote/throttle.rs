//! Limits how often something is done that may be asked for at any time.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// At most one pass is due, however often it was asked for.
#[derive(Debug)]
pub(super) struct Throttle {
    interval: Duration,
    /// The next pass begins no earlier.
    next_at: Instant,
    is_requested: bool,
}

impl Throttle {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, next_at: Instant::now(), is_requested: false }
    }

    pub(super) fn request(&mut self) {
        self.is_requested = true;
    }

    /// Whether a pass was asked for.
    pub(super) fn is_requested(&self) -> bool {
        self.is_requested
    }

    /// Waits until a pass may begin. Cancel safe.
    pub(super) async fn due(&self) {
        sleep_until(self.next_at).await;
    }

    /// A pass has ended, and the interval before the next one begins.
    pub(super) fn done(&mut self) {
        *self = Self { next_at: Instant::now() + self.interval, is_requested: false, ..*self };
    }
}
