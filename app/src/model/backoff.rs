//! Exponential backoff with full jitter, so that clients of a restarted server do not reconnect all at once.

/// The ceiling of the first delay, in milliseconds.
const BASE_MS: f64 = 300.0;
/// The highest ceiling, in milliseconds.
const MAX_MS: f64 = 20_000.0;

/// The delays between attempts. It reads neither clock nor random numbers itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Returns the delay before the next attempt in milliseconds. `random` is in `0.0..1.0`.
    pub fn next_ms(&mut self, random: f64) -> u64 {
        let ceiling = (BASE_MS * 2f64.powi(self.tries.min(16) as i32)).min(MAX_MS);
        self.tries += 1;
        (ceiling * random) as u64
    }

    /// Starts again at the first ceiling after a successful attempt.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_from_300_ms_to_20_s() {
        let mut backoff = Backoff::default();
        let ceilings: Vec<u64> = (0..9).map(|_| backoff.next_ms(1.0)).collect();
        assert_eq!(ceilings, [300, 600, 1200, 2400, 4800, 9600, 19_200, 20_000, 20_000]);
        backoff.reset();
        assert_eq!(backoff.next_ms(1.0), 300);
    }

    #[test]
    fn the_delay_is_anywhere_below_the_ceiling() {
        assert_eq!(Backoff::default().next_ms(0.0), 0);
        assert_eq!(Backoff::default().next_ms(0.5), 150);
    }
}
