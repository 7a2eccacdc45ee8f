//! Whose turn it is to write SQLite's index, and how soon: whoever has the turn writes for all, and those who publish come
//! first.

use std::time::Duration;

use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep},
};

use crate::database::WriterLoad;

/// While those who publish leave nothing, so many moments belong to them for each in which the index is written.
const SHARE: u32 = 9;
/// Shorter pauses cost more than they give.
const MOMENT: Duration = Duration::from_millis(1);

/// The turn to write the index.
#[derive(Debug, Default)]
pub(in crate::event_log) struct Turns(Mutex<Option<Pause>>);

/// What is owed to those who publish after they had to wait.
#[derive(Debug, Clone, Copy)]
struct Pause {
    since: Instant,
    /// For how long they had to wait for the index at the most.
    taken: Duration,
    /// [`WriterLoad::busy_time`] at its beginning.
    spent: Duration,
}

/// The turn, until it is dropped.
pub(in crate::event_log) struct Turn<'a>(MutexGuard<'a, Option<Pause>>);

impl Turns {
    /// Waits for the turn, and then for as long as those who publish need the connection more. May be dropped at any moment.
    pub(super) async fn take(&self, load: &WriterLoad) -> Turn<'_> {
        let turn = self.0.lock().await;
        while let Some(left) = turn.and_then(|pause| pause.left(Instant::now(), load.busy_time())) {
            sleep(left.max(MOMENT)).await;
        }
        Turn(turn)
    }
}

impl Turn<'_> {
    /// Says how long the connection was taken, and whether somebody who publishes had to wait for it.
    pub(super) fn took(&mut self, taken: Duration, load: &WriterLoad, waited: bool) {
        *self.0 = waited.then(|| Pause { since: Instant::now(), taken, spent: load.busy_time() });
    }
}

impl Pause {
    /// How long it lasts still; none: it is over. It lasts until those who publish have left the connection alone for as long
    /// as it was taken from them, or have had their share.
    fn left(self, now: Instant, spent: Duration) -> Option<Duration> {
        let passed = now.saturating_duration_since(self.since);
        let unused = passed.saturating_sub(spent.saturating_sub(self.spent));
        let owed = self.taken.saturating_sub(unused);
        let share = (self.taken * SHARE).saturating_sub(passed);
        Some(owed.min(share)).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_takes_what_those_who_publish_leave_and_a_tenth_at_the_least() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let pause = Pause { since: start, taken: ms(10), spent: ms(100) };
        let left = |passed: u64, spent: u64| pause.left(start + ms(passed), ms(100 + spent));
        assert_eq!(left(0, 0), Some(ms(10)));
        assert_eq!(left(10, 0), None, "nobody has published");
        assert_eq!(left(10, 5), Some(ms(5)), "half of the time was left");
        assert_eq!(left(20, 10), None);
        assert_eq!(left(89, 89), Some(ms(1)), "nothing was left");
        assert_eq!(left(90, 90), None, "they have had their share");
    }
}
