//! A timeout for transfers that progress extends.

use std::time::Duration;

use tokio::time::Instant;

use super::memory_budget::MemoryBudget;
use crate::config::Limits;

/// The grace period while the memory budget is exceeded.
const GRACE_OVER_BUDGET: Duration = Duration::from_secs(2);
/// How often a blocked transfer checks the memory budget.
const BUDGET_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// A timeout for the transfer of a body: a client has a grace period, which is refilled at `bytes_per_second` and never
/// exceeds its initial length. A client with little bandwidth completes its transfer; one that stops, or trickles a byte now
/// and then, times out, however fast it began.
#[derive(Debug, Clone)]
pub(super) struct ProgressTimeout {
    pub(super) grace: Duration,
    pub(super) bytes_per_second: u32,
    pub(super) budget: MemoryBudget,
}

/// The time at which a transfer times out without further progress.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl ProgressTimeout {
    pub(super) fn for_requests(limits: &Limits, budget: &MemoryBudget) -> Self {
        Self::new(limits.request_seconds, limits, budget)
    }

    pub(super) fn for_responses(limits: &Limits, budget: &MemoryBudget) -> Self {
        Self::new(limits.write_seconds, limits, budget)
    }

    fn new(seconds: u64, limits: &Limits, budget: &MemoryBudget) -> Self {
        Self {
            grace: Duration::from_secs(seconds),
            bytes_per_second: limits.lowest_bytes_per_second.max(1),
            budget: budget.clone(),
        }
    }

    pub(super) fn start(&self, now: Instant) -> Deadline {
        Deadline(now + self.grace)
    }

    /// Extends the deadline for `bytes` that were transferred.
    pub(super) fn record_progress(&self, deadline: &mut Deadline, bytes: usize, now: Instant) {
        let worth = Duration::from_millis(bytes as u64 * 1_000 / u64::from(self.bytes_per_second));
        deadline.0 = (deadline.0 + worth).min(now + self.grace);
    }

    /// Returns when the transfer times out, which is sooner while the memory budget is exceeded.
    pub(super) fn expires_at(&self, deadline: Deadline) -> Instant {
        let reduction = self.grace.saturating_sub(GRACE_OVER_BUDGET);
        if self.budget.is_exceeded() { deadline.0 - reduction } else { deadline.0 }
    }

    /// Returns when to call [`Self::expires_at`] again.
    pub(super) fn next_check(&self, deadline: Deadline, now: Instant) -> Instant {
        self.expires_at(deadline).min(now + BUDGET_CHECK_INTERVAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout() -> ProgressTimeout {
        ProgressTimeout {
            grace: Duration::from_secs(30),
            bytes_per_second: 1_000,
            budget: MemoryBudget::new(100),
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_steady_client_continues_and_one_that_stops_times_out_however_fast_it_began() {
        let timeout = timeout();
        let now = Instant::now();
        let mut deadline = timeout.start(now);
        timeout.record_progress(&mut deadline, 1_000_000, now + SECOND);
        assert_eq!(timeout.expires_at(deadline), now + 31 * SECOND);
        for second in 2..1_000 {
            timeout.record_progress(&mut deadline, 1_000, now + second * SECOND);
            assert_eq!(timeout.expires_at(deadline), now + (second + 30) * SECOND);
        }
        for second in 1_000..1_020 {
            timeout.record_progress(&mut deadline, 10, now + second * SECOND);
        }
        assert_eq!(timeout.expires_at(deadline), now + 1_029 * SECOND + Duration::from_millis(200));
    }

    #[test]
    fn the_grace_period_is_short_while_the_budget_is_exceeded() {
        let timeout = timeout();
        let now = Instant::now();
        let deadline = timeout.start(now);
        let within = timeout.budget.reserve(100);
        assert_eq!(timeout.expires_at(deadline), now + 30 * SECOND);
        let beyond = timeout.budget.reserve(1);
        assert_eq!(timeout.expires_at(deadline), now + 2 * SECOND);
        drop((within, beyond));
        assert_eq!(timeout.expires_at(deadline), now + 30 * SECOND);
    }
}
