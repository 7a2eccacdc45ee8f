//! When the committer checks whether the store answers again, after a failed commit.

use std::time::{Duration, Instant};

/// The time between two checks, and between the last failure and a check.
pub(super) const RECOVERY_CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// The times of checks.
#[derive(Debug, Default)]
pub(super) struct RecoverySchedule {
    /// The time of the last failure or check. `None` if the next check is due at once.
    waits_since: Option<Instant>,
    /// Whether the last commit failed.
    is_failing: bool,
}

impl RecoverySchedule {
    pub(super) fn record_commit(&mut self) {
        self.is_failing = false;
    }

    /// A refusal after a commit is most likely over at once, as a deadlock is: the check that says so must not wait, since the server
    /// is not ready until then. A second one in a row may be a full disk.
    pub(super) fn record_failure(&mut self, is_refusal: bool, now: Instant) {
        let is_first = !std::mem::replace(&mut self.is_failing, true);
        self.waits_since = (!(is_first && is_refusal)).then_some(now);
    }

    pub(super) fn record_check(&mut self, now: Instant) {
        self.waits_since = Some(now);
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.waits_since.is_none_or(|since| now.duration_since(since) >= RECOVERY_CHECK_INTERVAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_refusal_after_a_commit_is_checked_at_once() {
        let now = Instant::now();
        let later = now + RECOVERY_CHECK_INTERVAL;
        let mut schedule = RecoverySchedule::default();
        for (is_refusal, is_due) in [(true, true), (true, false), (false, false)] {
            schedule.record_failure(is_refusal, now);
            assert_eq!((schedule.is_due(now), schedule.is_due(later)), (is_due, true));
        }
        schedule.record_commit();
        schedule.record_failure(true, now);
        assert!(schedule.is_due(now), "it failed after a commit");
        schedule.record_check(now);
        assert!(!schedule.is_due(now), "one check at once is enough");
    }

    #[test]
    fn a_failure_without_an_answer_is_not_checked_at_once() {
        let now = Instant::now();
        let mut schedule = RecoverySchedule::default();
        schedule.record_failure(false, now);
        assert!(!schedule.is_due(now) && schedule.is_due(now + RECOVERY_CHECK_INTERVAL));
    }
}
