//! Counters of this process, which any module may increment: a relaxed atomic operation for a batch or a round of deliveries.
//!
//! Depends on nothing but std: the crate `interleavings` compiles it with the hub.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Events that this server has committed.
pub(crate) static EVENTS_PUBLISHED: Counter = Counter::new();
/// Frames that subscribers were notified of, once for each subscriber.
pub(crate) static FRAMES_DELIVERED: Counter = Counter::new();
/// Subscriptions that began with the newest messages.
pub(crate) static SUBSCRIPTIONS_FRESH: Counter = Counter::new();
/// Subscriptions that continued at the client's position.
pub(crate) static SUBSCRIPTIONS_RESUMED: Counter = Counter::new();
/// Subscriptions whose position is not in this history.
pub(crate) static SUBSCRIPTIONS_RESET: Counter = Counter::new();
/// Connections that were closed since the client read nothing.
pub(crate) static SLOW_READERS_CLOSED: Counter = Counter::new();
/// Batches that were not stored, as far as the server knows.
pub(crate) static COMMIT_ERRORS: Counter = Counter::new();
/// Reads of the log that failed.
pub(crate) static READ_ERRORS: Counter = Counter::new();

/// The time that a batch takes to be on disk, in microseconds.
pub(crate) static COMMIT_TIME: Histogram<12> = Histogram::new([
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
]);
/// The events in a batch.
pub(crate) static BATCH_EVENTS: Histogram<9> = Histogram::new([1, 2, 4, 8, 16, 32, 64, 128, 256]);
/// The time that a page takes to be rendered, in microseconds.
pub(crate) static RENDER_TIME: Histogram<10> =
    Histogram::new([500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000]);

/// A number that only grows.
pub(crate) struct Counter(AtomicU64);

impl Counter {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(crate) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts values by size.
pub(crate) struct Histogram<const N: usize> {
    /// The largest value of each bucket.
    bounds: [u64; N],
    buckets: [Counter; N],
    /// Values above all bounds.
    larger: Counter,
    sum: Counter,
}

/// The values that a histogram has counted.
pub(crate) struct HistogramTotals {
    pub(crate) sum: u64,
    pub(crate) count: u64,
    /// The largest value and the count of each bucket, without those of other buckets.
    pub(crate) buckets: Vec<(u64, u64)>,
}

impl<const N: usize> Histogram<N> {
    const fn new(bounds: [u64; N]) -> Self {
        Self { bounds, buckets: [const { Counter::new() }; N], larger: Counter::new(), sum: Counter::new() }
    }

    pub(crate) fn record(&self, value: u64) {
        let bucket = self.bounds.iter().position(|bound| value <= *bound);
        bucket.and_then(|bucket| self.buckets.get(bucket)).unwrap_or(&self.larger).add(1);
        self.sum.0.fetch_add(value, Ordering::Relaxed);
    }

    /// Records a time in microseconds.
    pub(crate) fn record_time(&self, time: Duration) {
        self.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    pub(crate) fn totals(&self) -> HistogramTotals {
        let counts = self.buckets.iter().map(Counter::total);
        let buckets: Vec<_> = self.bounds.into_iter().zip(counts).collect();
        let within: u64 = buckets.iter().map(|(_, count)| count).sum();
        HistogramTotals { sum: self.sum.total(), count: within + self.larger.total(), buckets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_in_the_first_bucket_that_holds_it() {
        let sizes = Histogram::new([1, 10]);
        [0, 1, 2, 10, 11].into_iter().for_each(|value| sizes.record(value));
        let HistogramTotals { sum, count, buckets } = sizes.totals();
        assert_eq!((sum, count), (24, 5));
        assert_eq!(buckets, [(1, 2), (10, 2)]);
    }
}
