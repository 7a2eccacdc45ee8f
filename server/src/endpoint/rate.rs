//! How fast a peer may talk: a token bucket.

use tokio::time::Instant;

/// Tokens come back at a steady rate, up to a burst.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// `per_second` 0 sets no limit.
    pub(crate) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst.max(1));
        Self { per_second: per_second.into(), burst, tokens: burst, filled: now }
    }

    /// Whether it is as if nobody had ever taken from it.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.tokens + now.duration_since(self.filled).as_secs_f64() * self.per_second >= self.burst
    }

    /// Takes a token; without one, says in how many milliseconds there will be.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), u64> {
        if self.per_second == 0.0 {
            return Ok(());
        }
        let gained = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - self.tokens) / self.per_second * 1_000.0).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, 3, start);
        assert_eq!([bucket.take(start), bucket.take(start), bucket.take(start)], [Ok(()); 3]);
        assert_eq!(bucket.take(start), Err(100));
        assert_eq!(bucket.take(start + Duration::from_millis(100)), Ok(()));
        assert!(bucket.take(start + Duration::from_millis(100)).is_err());
    }

    #[test]
    fn zero_sets_no_limit() {
        let start = Instant::now();
        let mut bucket = Bucket::new(0, 1, start);
        assert!((0..1_000).all(|_| bucket.take(start).is_ok()));
    }
}
