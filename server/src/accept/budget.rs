//! Memory that slow clients hold, counted over all connections.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts bytes against a bound; cheap to clone. Beyond it, the server is less patient; beyond twice as much, it refuses.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    used: Arc<AtomicUsize>,
    max: usize,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(max: usize) -> Self {
        Self { used: Arc::default(), max }
    }

    pub(super) fn share(&self, bytes: usize) -> Share {
        let mut share = Share { budget: self.clone(), bytes: 0 };
        share.grow(bytes);
        share
    }

    pub(super) fn is_over(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.max
    }
}

impl Share {
    /// Whether the budget is exceeded so far that nothing may be added.
    pub(super) fn is_refused(&self) -> bool {
        self.budget.used.load(Ordering::Relaxed) > self.budget.max.saturating_mul(2)
    }

    pub(super) fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_over_beyond_its_bound_and_refuses_beyond_twice_as_much() {
        let budget = Budget::new(100);
        let mut share = budget.share(100);
        assert!(!budget.is_over());
        share.grow(100);
        assert!(budget.is_over() && !share.is_refused());
        let other = budget.share(1);
        assert!(share.is_refused());
        drop((share, other));
        assert!(!budget.is_over());
    }
}
