//! How fast somebody may write: one bucket a person, for as long as it is not full.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::protocol::UserId;
use tokio::time::Instant;

use crate::{config::Limits, endpoint::Bucket};

/// People after whom full buckets are looked for and forgotten.
const SWEEP_AT: usize = 1_024;

/// Everybody's pace; cheap to clone.
#[derive(Clone)]
pub(crate) struct Pace {
    people: Arc<Mutex<People>>,
    per_second: u32,
    burst: u32,
}

struct People {
    buckets: HashMap<UserId, Bucket>,
    sweep_at: usize,
}

impl Pace {
    pub(crate) fn new(limits: &Limits) -> Self {
        let people = People { buckets: HashMap::new(), sweep_at: SWEEP_AT };
        Self {
            people: Arc::new(Mutex::new(people)),
            per_second: limits.frames_per_second,
            burst: limits.frame_burst,
        }
    }

    /// One more request of somebody; too soon, in how many milliseconds it may come.
    pub(super) fn take(&self, user: UserId, now: Instant) -> Result<(), u64> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.buckets.len() >= people.sweep_at {
            people.buckets.retain(|_, bucket| !bucket.is_full(now));
            people.sweep_at = (2 * people.buckets.len()).max(SWEEP_AT);
        }
        let fresh = || Bucket::new(self.per_second, self.burst, now);
        people.buckets.entry(user).or_insert_with(fresh).take(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use super::*;
    use crate::config::{Cli, Command};

    fn pace() -> Pace {
        let line = "chorus --frames-per-second 1 --frame-burst 2";
        match Cli::try_parse_from(line.split(' ')).unwrap().into_command() {
            Command::Serve(settings) => Pace::new(&settings.limits),
            _ => panic!("{line} serves"),
        }
    }

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn each_has_a_pace_of_their_own() {
        let (pace, now) = (pace(), Instant::now());
        assert_eq!([1, 1, 1, 2].map(|n| pace.take(user(n), now).is_ok()), [true, true, false, true]);
    }

    #[test]
    fn whoever_has_paused_is_forgotten() {
        let (pace, now) = (pace(), Instant::now());
        (0..SWEEP_AT as u128).for_each(|n| assert!(pace.take(user(n), now).is_ok()));
        assert!(pace.take(user(9_999), now + Duration::from_secs(60)).is_ok());
        assert_eq!(pace.people.lock().unwrap().buckets.len(), 1);
    }
}
