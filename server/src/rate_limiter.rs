//! Token buckets: one connection's, and one a key for as long as it is not full.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

/// Tokens come back at a steady rate, up to a burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    per_second: f64,
    burst: f64,
}

/// What one peer has left.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Rate {
    /// `per_second` 0 sets no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second: per_second.into(), burst: burst.max(1).into() }
    }

    /// So many in an hour, all of them at once if need be. 0 sets no limit.
    pub(crate) fn per_hour(count: u32) -> Self {
        Self { per_second: f64::from(count) / 3_600.0, burst: count.max(1).into() }
    }

    /// So many in a minute, all of them at once if need be. 0 sets no limit.
    pub(crate) fn per_minute(count: u32) -> Self {
        Self { per_second: f64::from(count) / 60.0, burst: count.max(1).into() }
    }

    fn gained(self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.duration_since(bucket.filled).as_secs_f64();
        (bucket.tokens + since * self.per_second).min(self.burst)
    }
}

impl Bucket {
    /// Nothing was taken from it yet.
    pub(crate) fn full(rate: Rate, now: Instant) -> Self {
        Self { tokens: rate.burst, filled: now }
    }

    /// Whether it is as if nobody had ever taken from it.
    pub(crate) fn is_full(&self, rate: Rate, now: Instant) -> bool {
        rate.gained(self, now) >= rate.burst
    }

    /// Takes a token; without one, says in how many milliseconds there will be.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), u64> {
        self.take_many(rate, 1, now)
    }

    /// Takes so many tokens, or none. More than a burst take a whole burst: otherwise they would never pass.
    pub(crate) fn take_many(&mut self, rate: Rate, tokens: usize, now: Instant) -> Result<(), u64> {
        if rate.per_second == 0.0 {
            return Ok(());
        }
        let tokens = (tokens as f64).min(rate.burst);
        *self = Self { tokens: rate.gained(self, now), filled: now };
        if self.tokens >= tokens {
            self.tokens -= tokens;
            return Ok(());
        }
        Err(((tokens - self.tokens) / rate.per_second * 1_000.0).ceil() as u64)
    }
}

/// Keys after which full buckets are looked for and forgotten.
const SWEEP_AT: usize = 1_024;

/// A bucket for each person or address; cheap to clone.
#[derive(Clone)]
pub(crate) struct KeyedRateLimiter<K> {
    keys: Arc<Mutex<Keys<K>>>,
    rate: Rate,
}

struct Keys<K> {
    buckets: HashMap<K, Bucket>,
    sweep_at: usize,
}

impl<K: Eq + Hash> KeyedRateLimiter<K> {
    /// `per_second` 0 sets no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self::with(Rate::new(per_second, burst))
    }

    pub(crate) fn with(rate: Rate) -> Self {
        let keys = Keys { buckets: HashMap::new(), sweep_at: SWEEP_AT };
        Self { keys: Arc::new(Mutex::new(keys)), rate }
    }

    /// One more request; too soon, says in how many milliseconds it may come.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), u64> {
        self.take_many(key, 1, now)
    }

    /// So many more, or none of them.
    pub(crate) fn take_many(&self, key: K, tokens: usize, now: Instant) -> Result<(), u64> {
        // Without a limit nobody waits for the lock.
        if self.rate.per_second == 0.0 {
            return Ok(());
        }
        let mut keys = self.lock();
        if keys.buckets.len() >= keys.sweep_at {
            keys.buckets.retain(|_, bucket| !bucket.is_full(self.rate, now));
            keys.sweep_at = (2 * keys.buckets.len()).max(SWEEP_AT);
        }
        let fresh = || Bucket::full(self.rate, now);
        keys.buckets.entry(key).or_insert_with(fresh).take_many(self.rate, tokens, now)
    }

    /// Whether one more request may come now; takes nothing.
    pub(crate) fn check(&self, key: &K, now: Instant) -> Result<(), u64> {
        let keys = self.lock();
        let Some(bucket) = keys.buckets.get(key) else { return Ok(()) };
        Bucket { ..*bucket }.take(self.rate, now)
    }

    fn lock(&self) -> MutexGuard<'_, Keys<K>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let (start, rate) = (Instant::now(), Rate::new(10, 3));
        let mut bucket = Bucket::full(rate, start);
        assert_eq!([(); 3].map(|()| bucket.take(rate, start)), [Ok(()); 3]);
        assert_eq!(bucket.take(rate, start), Err(100));
        let later = start + Duration::from_millis(100);
        assert_eq!(bucket.take(rate, later), Ok(()));
        assert!(bucket.take(rate, later).is_err() && !bucket.is_full(rate, later));
        assert!(bucket.is_full(rate, later + Duration::from_millis(300)));
    }

    #[test]
    fn zero_sets_no_limit() {
        let (start, rate) = (Instant::now(), Rate::new(0, 1));
        let mut bucket = Bucket::full(rate, start);
        assert!((0..1_000).all(|_| bucket.take(rate, start).is_ok()));
    }

    #[test]
    fn several_tokens_are_taken_together_or_not_at_all() {
        let (start, rate) = (Instant::now(), Rate::new(10, 100));
        let mut bucket = Bucket::full(rate, start);
        assert_eq!(bucket.take_many(rate, 95, start), Ok(()));
        assert_eq!(bucket.take_many(rate, 6, start), Err(100));
        assert_eq!(bucket.take_many(rate, 5, start), Ok(()));
        let later = start + Duration::from_secs(10);
        assert_eq!(bucket.take_many(rate, 1_000, later), Ok(()), "more than a burst takes all of it");
    }

    #[test]
    fn an_hours_worth_may_come_at_once_and_comes_back_over_an_hour() {
        let (start, rate) = (Instant::now(), Rate::per_hour(60));
        let mut bucket = Bucket::full(rate, start);
        assert!((0..60).all(|_| bucket.take(rate, start).is_ok()));
        assert_eq!(bucket.take(rate, start), Err(60_000));
    }

    fn limiter() -> KeyedRateLimiter<u128> {
        KeyedRateLimiter::new(1, 2)
    }

    #[test]
    fn each_key_has_a_bucket_of_its_own() {
        let (limiter, now) = (limiter(), Instant::now());
        assert_eq!([1, 1, 1, 2].map(|n| limiter.take(n, now).is_ok()), [true, true, false, true]);
        assert_eq!([1, 2, 3].map(|n| limiter.check(&n, now).is_ok()), [false, true, true]);
        assert!(limiter.take(2, now).is_ok(), "a check takes nothing");
    }

    #[test]
    fn a_key_that_has_paused_is_forgotten() {
        let (limiter, now) = (limiter(), Instant::now());
        (0..SWEEP_AT as u128).for_each(|n| assert!(limiter.take(n, now).is_ok()));
        assert!(limiter.take(9_999, now + Duration::from_secs(60)).is_ok());
        assert_eq!(limiter.lock().buckets.len(), 1);
    }
}
