//! Signals that fit in no payload, as with a broker that allows very short ones. They are left out: the poll finds what they would
//! have announced.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use tracing::warn;

/// Minimum time between two warnings.
const WARN_INTERVAL: Duration = Duration::from_secs(60);

/// The encoded payloads of a send.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct EncodedSignals {
    pub(super) payloads: Vec<String>,
    /// The number of signals that fit in none.
    pub(super) left_out: usize,
}

/// Counts the signals that were left out, and warns of them at most once a minute.
#[derive(Debug, Default)]
pub(super) struct OversizedSignals(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    unreported: usize,
    warned_at: Option<Instant>,
}

impl OversizedSignals {
    /// Takes note of signals that were left out.
    pub(super) fn record(&self, left_out: usize, max_bytes: usize) {
        if let Some(signals) = self.0.lock().report(left_out, Instant::now()) {
            warn!(signals, max_bytes, "nodes.signals_too_large: other nodes find what is new by their poll");
        }
    }
}

impl Counts {
    /// Returns the number of signals since the last warning, if another one is due.
    fn report(&mut self, left_out: usize, now: Instant) -> Option<usize> {
        self.unreported += left_out;
        let is_due = self.warned_at.is_none_or(|last| now.duration_since(last) >= WARN_INTERVAL);
        if self.unreported == 0 || !is_due {
            return None;
        }
        self.warned_at = Some(now);
        Some(std::mem::take(&mut self.unreported))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_comes_once_a_minute_and_counts_all_signals_since_the_last() {
        let mut counts = Counts::default();
        let start = Instant::now();
        let almost = start + WARN_INTERVAL - Duration::from_millis(1);
        let later = start + WARN_INTERVAL;
        let reports = [(0, start), (2, start), (3, start), (4, almost), (0, later), (0, later)]
            .map(|(left_out, now)| counts.report(left_out, now));
        assert_eq!(reports, [None, Some(2), None, None, Some(7), None]);
    }
}
