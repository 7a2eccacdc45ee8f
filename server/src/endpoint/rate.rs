//! How fast a peer may talk: a token bucket.

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
        if rate.per_second == 0.0 {
            return Ok(());
        }
        *self = Self { tokens: rate.gained(self, now), filled: now };
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - self.tokens) / rate.per_second * 1_000.0).ceil() as u64)
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
}
