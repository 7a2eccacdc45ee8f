//! Judges measured times by what is promised.
//!
//! A machine that is busy with other programs lets a thread wait for a processor for seconds. So a time may exceed the promise by as
//! much as the threads of the run have waited meanwhile, and the hypervisor has run others, up to a limit. That is measured by the
//! kernel, so it excuses nothing else: no lock, no timeout, no pause between two attempts. The sum over all threads is more than the
//! way of one event has waited, since that leads through many threads; it is small while the test itself causes no load, and only then
//! times are judged. Excused times are counted and printed, since they prove nothing.

use std::time::{Duration, Instant};

use super::processors::ProcessorWaits;
use crate::Violation;

/// A live subscriber has all events within this time after everything is healed.
pub(crate) const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(2);
/// An event without a hint is delivered within the poll's second, and the time in which it is read and sent.
pub(crate) const POLLED_WITHIN: Duration = Duration::from_millis(1_250);
/// The people of a node that was killed are gone within this time.
pub(crate) const GHOSTS_GONE_WITHIN: Duration = Duration::from_secs(30);
/// No time exceeds the promise by more than this, however busy the machine is.
const MAX_EXCUSE: Duration = Duration::from_secs(13);
/// Of many times, this many in a hundred must keep the promise.
const JUDGED_PERCENTILE: usize = 95;
/// None of many times is longer than this.
const MAX_DELAY: Duration = Duration::from_secs(15);

/// Judges times and counts them.
pub(crate) struct Judge {
    waits: ProcessorWaits,
    pub(crate) judged: usize,
    pub(crate) excused: usize,
    /// By how much the promise was exceeded at most.
    pub(crate) longest_excuse: Duration,
}

impl Judge {
    pub(crate) fn new(waits: ProcessorWaits) -> Self {
        Self { waits, judged: 0, excused: 0, longest_excuse: Duration::ZERO }
    }

    /// Judges the time between two moments.
    ///
    /// # Errors
    /// If it is longer than promised, even without what the run's threads have waited for a processor.
    pub(crate) fn judge(
        &mut self,
        what: &str,
        promised: Duration,
        (from, to): (Instant, Instant),
    ) -> Result<(), Violation> {
        self.judged += 1;
        let excess = to.saturating_duration_since(from).saturating_sub(promised);
        if excess.is_zero() {
            return Ok(());
        }
        let waited = self.waits.between(from, to);
        if excess > waited.min(MAX_EXCUSE) {
            return Err(format!(
                "{what}: {:.1?} after {promised:?} at most is promised, and all threads together have waited {waited:.1?} for a \
                 processor",
                promised + excess
            ));
        }
        self.excused += 1;
        self.longest_excuse = self.longest_excuse.max(excess);
        Ok(())
    }

    /// Judges the 95th percentile of the times between two moments by what is promised, and the longest by [`MAX_DELAY`]: one of many
    /// may wait for a disk or a new connection, which no counter shows.
    ///
    /// # Errors
    /// If one of both is longer, or if there is no time.
    pub(crate) fn judge_most(
        &mut self,
        what: &str,
        promised: Duration,
        mut times: Vec<(Instant, Instant)>,
    ) -> Result<(), Violation> {
        let length = |&(from, to): &(Instant, Instant)| to.saturating_duration_since(from);
        times.sort_unstable_by_key(length);
        let longest = times.last().map(length).ok_or_else(|| format!("{what}: nothing was measured"))?;
        if longest > MAX_DELAY {
            return Err(format!(
                "{what}: {longest:.1?}, and {MAX_DELAY:?} is the bound on a machine of any kind"
            ));
        }
        self.judge(what, promised, times[(times.len() - 1) * JUDGED_PERCENTILE / 100])
    }
}
