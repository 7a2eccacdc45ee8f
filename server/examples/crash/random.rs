//! Seeded random choices of the crash test.

use std::{ops::RangeInclusive, time::Duration};

use app::protocol::DraftId;
use uuid::Uuid;

pub(crate) struct Random(testing::Random);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(testing::Random::new(seed))
    }

    /// Returns an independent generator that is seeded from this one.
    pub(crate) fn split(&mut self) -> Self {
        Self::new(self.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.next()
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.below(among.len() as u64) as usize)
    }

    pub(crate) fn millis(&mut self, range: RangeInclusive<u64>) -> Duration {
        let width = range.end() - range.start() + 1;
        Duration::from_millis(range.start() + self.below(width))
    }

    pub(crate) fn draft(&mut self) -> DraftId {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        DraftId(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
    }

    /// Returns a word that no earlier run has used, independent of the seed.
    pub(crate) fn fresh_word() -> String {
        Uuid::new_v4().simple().to_string()[..8].to_owned()
    }
}
