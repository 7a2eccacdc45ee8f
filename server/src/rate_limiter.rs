//! Rate limits: token buckets, alone or one per key.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::time::Instant;

/// A rate limit: tokens are refilled at a steady rate, up to a burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    per_second: f64,
    burst: f64,
}

/// A rate limit that can change while it is used; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct SharedRate(Arc<RateBits>);

/// The bits of floating-point numbers.
#[derive(Debug)]
struct RateBits {
    per_second: AtomicU64,
    burst: AtomicU64,
}

/// A token bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    refilled_at: Instant,
}

impl Rate {
    /// A `per_second` of 0 means no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second: per_second.into(), burst: burst.max(1).into() }
    }

    /// `count` per hour, with a burst of as many. 0 means no limit.
    pub(crate) fn per_hour(count: u32) -> Self {
        Self { per_second: f64::from(count) / 3_600.0, burst: count.max(1).into() }
    }

    /// `count` per minute, with a burst of as many. 0 means no limit.
    pub(crate) fn per_minute(count: u32) -> Self {
        Self { per_second: f64::from(count) / 60.0, burst: count.max(1).into() }
    }

    fn tokens_at(self, bucket: &Bucket, now: Instant) -> f64 {
        let elapsed = now.duration_since(bucket.refilled_at).as_secs_f64();
        (bucket.tokens + elapsed * self.per_second).min(self.burst)
    }
}

impl SharedRate {
    pub(crate) fn new(rate: Rate) -> Self {
        let per_second = AtomicU64::new(rate.per_second.to_bits());
        let burst = AtomicU64::new(rate.burst.to_bits());
        Self(Arc::new(RateBits { per_second, burst }))
    }

    pub(crate) fn get(&self) -> Rate {
        let per_second = f64::from_bits(self.0.per_second.load(Ordering::Relaxed));
        let burst = f64::from_bits(self.0.burst.load(Ordering::Relaxed));
        Rate { per_second, burst }
    }

    /// Changes the rate. Somebody who asks meanwhile may get the new average with the old burst, once.
    pub(crate) fn set(&self, rate: Rate) {
        self.0.per_second.store(rate.per_second.to_bits(), Ordering::Relaxed);
        self.0.burst.store(rate.burst.to_bits(), Ordering::Relaxed);
    }
}

impl Bucket {
    /// Creates a full bucket.
    pub(crate) fn full(rate: Rate, now: Instant) -> Self {
        Self { tokens: rate.burst, refilled_at: now }
    }

    /// Returns whether the bucket is as full as a new one.
    pub(crate) fn is_full(&self, rate: Rate, now: Instant) -> bool {
        rate.tokens_at(self, now) >= rate.burst
    }

    /// Takes a token. Errors: the time until there will be one, in milliseconds.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), u64> {
        self.take_many(rate, 1, now)
    }

    /// Takes `tokens` tokens, or none. A request for more than the burst takes the whole burst, or it would never succeed.
    /// Errors: the time until they will be there, in milliseconds.
    pub(crate) fn take_many(&mut self, rate: Rate, tokens: usize, now: Instant) -> Result<(), u64> {
        if rate.per_second == 0.0 {
            return Ok(());
        }
        let tokens = (tokens as f64).min(rate.burst);
        *self = Self { tokens: rate.tokens_at(self, now), refilled_at: now };
        if self.tokens >= tokens {
            self.tokens -= tokens;
            return Ok(());
        }
        Err(((tokens - self.tokens) / rate.per_second * 1_000.0).ceil() as u64)
    }
}

/// The minimum number of buckets before full ones are removed.
const MIN_SWEEP_KEYS: usize = 1_024;

/// A token bucket per key, such as a person or an address; cheap to clone. Full buckets are removed now and then, since they
/// are the same as new ones.
#[derive(Clone)]
pub(crate) struct KeyedRateLimiter<K> {
    keys: Arc<Mutex<Keys<K>>>,
    rate: SharedRate,
}

/// A token bucket for each client address.
pub(crate) type IpRateLimiter = KeyedRateLimiter<IpAddr>;

struct Keys<K> {
    buckets: HashMap<K, Bucket>,
    /// The number of buckets at which full ones are removed next.
    sweep_at: usize,
}

impl<K: Eq + Hash> KeyedRateLimiter<K> {
    /// A `per_second` of 0 means no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self::with_rate(Rate::new(per_second, burst))
    }

    pub(crate) fn with_rate(rate: Rate) -> Self {
        let keys = Keys { buckets: HashMap::new(), sweep_at: MIN_SWEEP_KEYS };
        Self { keys: Arc::new(Mutex::new(keys)), rate: SharedRate::new(rate) }
    }

    /// Changes the rate for all clones. Used tokens of a key stay used.
    pub(crate) fn set_rate(&self, rate: Rate) {
        self.rate.set(rate);
    }

    /// Takes a token of the key. Errors: the time until there will be one, in milliseconds.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), u64> {
        self.take_many(key, 1, now)
    }

    /// Takes several tokens of the key, or none; see [`Bucket::take_many`].
    pub(crate) fn take_many(&self, key: K, tokens: usize, now: Instant) -> Result<(), u64> {
        let rate = self.rate.get();
        // Without a limit there is no need for the lock.
        if rate.per_second == 0.0 {
            return Ok(());
        }
        let mut keys = self.keys.lock();
        if keys.buckets.len() >= keys.sweep_at {
            keys.buckets.retain(|_, bucket| !bucket.is_full(rate, now));
            // Doubling keeps the cost of sweeping constant per new key.
            keys.sweep_at = (2 * keys.buckets.len()).max(MIN_SWEEP_KEYS);
        }
        let fresh = || Bucket::full(rate, now);
        keys.buckets.entry(key).or_insert_with(fresh).take_many(rate, tokens, now)
    }

    /// Checks whether the key has a token, without taking it. Errors: the time until it has one, in milliseconds.
    pub(crate) fn check(&self, key: &K, now: Instant) -> Result<(), u64> {
        let keys = self.keys.lock();
        let Some(bucket) = keys.buckets.get(key) else { return Ok(()) };
        Bucket { ..*bucket }.take(self.rate.get(), now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let start = Instant::now();
        let rate = Rate::new(10, 3);
        let mut bucket = Bucket::full(rate, start);
        assert_eq!([(); 3].map(|()| bucket.take(rate, start)), [Ok(()); 3]);
        assert_eq!(bucket.take(rate, start), Err(100));
        let later = start + Duration::from_millis(100);
        assert_eq!(bucket.take(rate, later), Ok(()));
        assert!(bucket.take(rate, later).is_err() && !bucket.is_full(rate, later));
        assert!(bucket.is_full(rate, later + Duration::from_millis(300)));
    }

    #[test]
    fn zero_means_no_limit() {
        let start = Instant::now();
        let rate = Rate::new(0, 1);
        let mut bucket = Bucket::full(rate, start);
        assert!((0..1_000).all(|_| bucket.take(rate, start).is_ok()));
    }

    #[test]
    fn several_tokens_are_taken_together_or_not_at_all() {
        let start = Instant::now();
        let rate = Rate::new(10, 100);
        let mut bucket = Bucket::full(rate, start);
        assert_eq!(bucket.take_many(rate, 95, start), Ok(()));
        assert_eq!(bucket.take_many(rate, 6, start), Err(100));
        assert_eq!(bucket.take_many(rate, 5, start), Ok(()));
        let later = start + Duration::from_secs(10);
        assert_eq!(bucket.take_many(rate, 1_000, later), Ok(()), "more than the burst takes the whole burst");
    }

    #[test]
    fn an_hourly_rate_allows_all_at_once_and_refills_over_an_hour() {
        let start = Instant::now();
        let rate = Rate::per_hour(60);
        let mut bucket = Bucket::full(rate, start);
        assert!((0..60).all(|_| bucket.take(rate, start).is_ok()));
        assert_eq!(bucket.take(rate, start), Err(60_000));
    }

    fn limiter() -> KeyedRateLimiter<u128> {
        KeyedRateLimiter::new(1, 2)
    }

    #[test]
    fn each_key_has_its_own_bucket() {
        let limiter = limiter();
        let now = Instant::now();
        assert_eq!([1, 1, 1, 2].map(|n| limiter.take(n, now).is_ok()), [true, true, false, true]);
        assert_eq!([1, 2, 3].map(|n| limiter.check(&n, now).is_ok()), [false, true, true]);
        assert!(limiter.take(2, now).is_ok(), "a check takes nothing");
    }

    #[test]
    fn a_changed_rate_holds_for_all_clones_and_returns_no_tokens() {
        let limiter = KeyedRateLimiter::new(0, 1);
        let clone = limiter.clone();
        let now = Instant::now();
        assert!((0..100).all(|_| limiter.take(1, now).is_ok()), "no limit");
        clone.set_rate(Rate::new(1, 2));
        assert_eq!([(); 3].map(|()| limiter.take(1, now).is_ok()), [true, true, false]);
        clone.set_rate(Rate::new(10, 2));
        assert_eq!(limiter.take(1, now), Err(100), "the new rate refills");
        clone.set_rate(Rate::new(0, 1));
        assert_eq!(limiter.take(1, now), Ok(()));
    }

    #[test]
    fn full_buckets_are_removed() {
        let limiter = limiter();
        let now = Instant::now();
        (0..MIN_SWEEP_KEYS as u128).for_each(|n| assert!(limiter.take(n, now).is_ok()));
        assert!(limiter.take(9_999, now + Duration::from_secs(60)).is_ok());
        assert_eq!(limiter.keys.lock().buckets.len(), 1);
    }
}
