//! The times at which messages are due.

use super::LoadOptions;

/// Decides which publisher publishes next, and when.
pub(super) enum Schedule {
    /// Open loop: messages are due at a fixed rate, whatever the server does.
    Open {
        /// Microseconds between two messages.
        every: f64,
        /// The due time of the first message.
        begun: u64,
        /// The number of messages so far.
        count: u64,
    },
    /// Closed loop: a publisher's next message is due when one of its messages is complete.
    Closed,
}

impl Schedule {
    pub(super) fn new(options: &LoadOptions, now: u64) -> Self {
        match options.rate {
            Some(rate) => Self::Open { every: 1e6 / f64::from(rate.max(1)), begun: now, count: 0 },
            None => Self::Closed,
        }
    }

    /// Returns the number and due time of an open loop's next message, or `None` if it is not due by `now`.
    pub(super) fn due(&mut self, now: u64) -> Option<(u64, u64)> {
        let Self::Open { every, begun, count } = self else { return None };
        let due = *begun + (*count as f64 * *every) as u64;
        (due <= now).then(|| {
            *count += 1;
            (*count - 1, due)
        })
    }
}
