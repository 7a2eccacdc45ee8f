//! When messages are due.

use super::Options;

/// Who is to publish, and when it was due.
pub(super) enum Pace {
    /// One after the other, as the clock says.
    Open {
        /// Microseconds between two.
        every: f64,
        /// When the first was due.
        begun: u64,
        /// How many were.
        count: u64,
    },
    /// Whoever's message is done.
    Closed,
}

impl Pace {
    pub(super) fn new(options: &Options, now: u64) -> Self {
        match options.rate {
            Some(rate) => Self::Open { every: 1e6 / f64::from(rate.max(1)), begun: now, count: 0 },
            None => Self::Closed,
        }
    }

    /// The next message of an open loop that is due by `now`: its number and when it was due.
    pub(super) fn due(&mut self, now: u64) -> Option<(u64, u64)> {
        let Self::Open { every, begun, count } = self else { return None };
        let due = *begun + (*count as f64 * *every) as u64;
        (due <= now).then(|| {
            *count += 1;
            (*count - 1, due)
        })
    }
}
