//! How long a client may take for a body or an answer.

use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use crate::config::Limits;

/// What is left of a client's time while the budget is exceeded.
const LEEWAY_OVER_BUDGET: Duration = Duration::from_secs(2);
/// The budget is looked at this often while a client keeps its connection waiting.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A time limit that bytes put off: a client has `leeway`, and gets it back at `bytes_per_second`, never more than that. A client on
/// a thin connection gets through; one that stops, or sends or takes a byte now and then, does not, however fast it began.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    pub(super) leeway: Duration,
    pub(super) bytes_per_second: u32,
    pub(super) budget: Budget,
}

/// When a client will have taken too long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Pace {
    /// Of what clients send.
    pub(super) fn of_requests(limits: &Limits, budget: &Budget) -> Self {
        Self::new(limits.request_seconds, limits, budget)
    }

    /// Of what clients take.
    pub(super) fn of_answers(limits: &Limits, budget: &Budget) -> Self {
        Self::new(limits.write_seconds, limits, budget)
    }

    fn new(seconds: u64, limits: &Limits, budget: &Budget) -> Self {
        let (leeway, bytes_per_second) =
            (Duration::from_secs(seconds), limits.lowest_bytes_per_second.max(1));
        Self { leeway, bytes_per_second, budget: budget.clone() }
    }

    pub(super) fn begin(&self, now: Instant) -> Deadline {
        Deadline(now + self.leeway)
    }

    /// The client sent or took so many bytes.
    pub(super) fn progress(&self, deadline: &mut Deadline, bytes: usize, now: Instant) {
        let worth = Duration::from_millis(bytes as u64 * 1_000 / u64::from(self.bytes_per_second));
        deadline.0 = (deadline.0 + worth).min(now + self.leeway);
    }

    /// When the client has to end: sooner while clients that are behind hold too much memory.
    pub(super) fn ends(&self, deadline: Deadline) -> Instant {
        let saved = self.leeway.saturating_sub(LEEWAY_OVER_BUDGET);
        if self.budget.is_over() { deadline.0 - saved } else { deadline.0 }
    }

    /// When to ask [`Self::ends`] again.
    pub(super) fn look(&self, deadline: Deadline, now: Instant) -> Instant {
        self.ends(deadline).min(now + LOOK_AGAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace { leeway: Duration::from_secs(30), bytes_per_second: 1_000, budget: Budget::new(100) }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_steady_client_goes_on_and_one_that_stops_ends_however_fast_it_began() {
        let (pace, now) = (pace(), Instant::now());
        let mut deadline = pace.begin(now);
        pace.progress(&mut deadline, 1_000_000, now + SECOND);
        assert_eq!(pace.ends(deadline), now + 31 * SECOND);
        for second in 2..1_000 {
            pace.progress(&mut deadline, 1_000, now + second * SECOND);
            assert_eq!(pace.ends(deadline), now + (second + 30) * SECOND);
        }
        for second in 1_000..1_020 {
            pace.progress(&mut deadline, 10, now + second * SECOND);
        }
        assert_eq!(pace.ends(deadline), now + 1_029 * SECOND + Duration::from_millis(200));
    }

    #[test]
    fn beyond_the_budget_the_leeway_is_short_until_memory_is_free_again() {
        let (pace, now) = (pace(), Instant::now());
        let deadline = pace.begin(now);
        let within = pace.budget.share(100);
        assert_eq!(pace.ends(deadline), now + 30 * SECOND);
        let beyond = pace.budget.share(1);
        assert_eq!(pace.ends(deadline), now + 2 * SECOND);
        drop((within, beyond));
        assert_eq!(pace.ends(deadline), now + 30 * SECOND);
    }
}
