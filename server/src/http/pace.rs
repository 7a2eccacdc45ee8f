//! How fast each may ask: one bucket a person or address, for as long as it is not full.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::time::Instant;

use crate::endpoint::{Bucket, Rate};

/// Keys after which full buckets are looked for and forgotten.
const SWEEP_AT: usize = 1_024;

/// Everybody's pace; cheap to clone.
#[derive(Clone)]
pub(crate) struct Pace<K> {
    people: Arc<Mutex<People<K>>>,
    rate: Rate,
}

struct People<K> {
    buckets: HashMap<K, Bucket>,
    sweep_at: usize,
}

impl<K: Eq + Hash> Pace<K> {
    /// `per_second` 0 sets no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let people = People { buckets: HashMap::new(), sweep_at: SWEEP_AT };
        Self { people: Arc::new(Mutex::new(people)), rate: Rate::new(per_second, burst) }
    }

    /// One more request of somebody; too soon, in how many milliseconds it may come.
    pub(super) fn take(&self, who: K, now: Instant) -> Result<(), u64> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.buckets.len() >= people.sweep_at {
            people.buckets.retain(|_, bucket| !bucket.is_full(self.rate, now));
            people.sweep_at = (2 * people.buckets.len()).max(SWEEP_AT);
        }
        let fresh = || Bucket::full(self.rate, now);
        people.buckets.entry(who).or_insert_with(fresh).take(self.rate, now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn pace() -> Pace<u128> {
        Pace::new(1, 2)
    }

    #[test]
    fn each_has_a_pace_of_their_own() {
        let (pace, now) = (pace(), Instant::now());
        assert_eq!([1, 1, 1, 2].map(|n| pace.take(n, now).is_ok()), [true, true, false, true]);
    }

    #[test]
    fn whoever_has_paused_is_forgotten() {
        let (pace, now) = (pace(), Instant::now());
        (0..SWEEP_AT as u128).for_each(|n| assert!(pace.take(n, now).is_ok()));
        assert!(pace.take(9_999, now + Duration::from_secs(60)).is_ok());
        assert_eq!(pace.people.lock().unwrap().buckets.len(), 1);
    }
}
