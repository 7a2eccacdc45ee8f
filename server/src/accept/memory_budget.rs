//! A budget for the memory that slow clients hold, over all connections.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts reserved bytes; cheap to clone. When the budget is exceeded, timeouts get shorter; when it is exceeded twice over,
/// nothing more is buffered.
#[derive(Debug, Clone)]
pub(super) struct MemoryBudget {
    reserved: Arc<AtomicUsize>,
    max: usize,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub(super) struct MemoryReservation {
    budget: MemoryBudget,
    bytes: usize,
}

impl MemoryBudget {
    pub(super) fn new(max: usize) -> Self {
        Self { reserved: Arc::default(), max }
    }

    /// Reserves bytes. This always succeeds: see [`Self::is_exceeded`].
    pub(super) fn reserve(&self, bytes: usize) -> MemoryReservation {
        let mut reservation = MemoryReservation { budget: self.clone(), bytes: 0 };
        reservation.grow(bytes);
        reservation
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.reserved.load(Ordering::Relaxed) > self.max
    }
}

impl MemoryReservation {
    /// Returns whether the budget is exceeded twice over: the reservation should not grow.
    pub(super) fn is_exhausted(&self) -> bool {
        self.budget.reserved.load(Ordering::Relaxed) > self.budget.max.saturating_mul(2)
    }

    pub(super) fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.budget.reserved.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for MemoryReservation {
    fn drop(&mut self) {
        self.budget.reserved.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_exceeded_above_its_maximum_and_exhausted_above_twice_that() {
        let budget = MemoryBudget::new(100);
        let mut reservation = budget.reserve(100);
        assert!(!budget.is_exceeded());
        reservation.grow(100);
        assert!(budget.is_exceeded() && !reservation.is_exhausted());
        let other = budget.reserve(1);
        assert!(reservation.is_exhausted());
        drop((reservation, other));
        assert!(!budget.is_exceeded());
    }
}
