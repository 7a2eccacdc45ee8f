//! The lock for writing SQLite's search index. The holder indexes for all callers that wait, and publishers come first: after a
//! publisher had to wait for the index, the lock stays closed for a while.

use std::time::Duration;

use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep},
};

use crate::database::WriterLoad;

/// The share of time that belongs to publishers while they use all they can get, as a multiple of the time for the index.
const PUBLISHER_SHARE: u32 = 9;
/// Shorter sleeps cost more than they give.
const MIN_SLEEP: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
pub(in crate::event_log) struct IndexLock(Mutex<Option<Cooldown>>);

/// The time that publishers get after they had to wait for the index.
#[derive(Debug, Clone, Copy)]
struct Cooldown {
    since: Instant,
    /// How long the index held the write connection, which bounds how long publishers waited.
    held: Duration,
    /// [`WriterLoad::busy_time`] at the beginning of the cooldown.
    spent: Duration,
}

/// Holds the lock until it is dropped.
pub(in crate::event_log) struct IndexGuard<'a>(MutexGuard<'a, Option<Cooldown>>);

impl IndexLock {
    /// Waits for the lock and then for the end of the cooldown. Cancel safe.
    pub(super) async fn lock(&self, load: &WriterLoad) -> IndexGuard<'_> {
        let guard = self.0.lock().await;
        while let Some(left) = guard.and_then(|cooldown| cooldown.left(Instant::now(), load.busy_time())) {
            sleep(left.max(MIN_SLEEP)).await;
        }
        IndexGuard(guard)
    }
}

impl IndexGuard<'_> {
    /// Records for how long the index held the write connection, and starts a cooldown if a publisher waited for it.
    pub(super) fn record_hold(&mut self, held: Duration, load: &WriterLoad, has_waiter: bool) {
        *self.0 = has_waiter.then(|| Cooldown { since: Instant::now(), held, spent: load.busy_time() });
    }
}

impl Cooldown {
    /// Returns the remaining time, or `None` when the cooldown is over. It lasts until publishers have left the connection
    /// unused for as long as the index held it, or have had their share.
    fn left(self, now: Instant, spent: Duration) -> Option<Duration> {
        let passed = now.saturating_duration_since(self.since);
        let unused = passed.saturating_sub(spent.saturating_sub(self.spent));
        let owed = self.held.saturating_sub(unused);
        let share = (self.held * PUBLISHER_SHARE).saturating_sub(passed);
        Some(owed.min(share)).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_gets_the_time_that_publishers_leave_and_a_tenth_at_least() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let cooldown = Cooldown { since: start, held: ms(10), spent: ms(100) };
        let left = |passed: u64, spent: u64| cooldown.left(start + ms(passed), ms(100 + spent));
        assert_eq!(left(0, 0), Some(ms(10)));
        assert_eq!(left(10, 0), None, "nobody has published");
        assert_eq!(left(10, 5), Some(ms(5)), "half of the time was left");
        assert_eq!(left(20, 10), None);
        assert_eq!(left(89, 89), Some(ms(1)), "nothing was left");
        assert_eq!(left(90, 90), None, "they have had their share");
    }
}
