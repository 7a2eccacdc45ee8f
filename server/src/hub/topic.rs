//! One live topic: its newest frames and who hears it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use slab::Slab;

use super::{Ear, lock};

pub(super) struct Topic<F> {
    ring: Mutex<Ring<F>>,
    /// The position of the next frame, readable without the lock: an idle look costs one load.
    next: AtomicU64,
    hearers: Mutex<Slab<Hearer<F>>>,
    capacity: usize,
}

/// An ear, and by which key it knows its subscription.
pub(super) struct Hearer<F> {
    pub(super) ear: Arc<dyn Ear<F>>,
    pub(super) key: usize,
}

impl<F> Clone for Hearer<F> {
    fn clone(&self) -> Self {
        Self { ear: Arc::clone(&self.ear), key: self.key }
    }
}

struct Ring<F> {
    frames: VecDeque<F>,
    next: u64,
    /// The first position that no round has begun to tell of.
    untold: u64,
    /// Somebody makes the round.
    round: bool,
}

impl<F: Clone> Topic<F> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            ring: Mutex::new(Ring { frames: VecDeque::new(), next: 0, untold: 0, round: false }),
            next: AtomicU64::new(0),
            hearers: Mutex::default(),
            capacity,
        }
    }

    pub(super) fn push(&self, frame: F) -> u64 {
        let mut ring = lock(&self.ring);
        if ring.frames.len() == self.capacity {
            ring.frames.pop_front();
        }
        ring.frames.push_back(frame);
        ring.next += 1;
        self.next.store(ring.next, Ordering::Release);
        ring.next - 1
    }

    /// The frame at a position: `Err` with the oldest position still there when it has gone, `None` when it is still to
    /// come.
    pub(super) fn at(&self, position: u64) -> Option<Result<F, u64>> {
        if position >= self.next() {
            return None;
        }
        let ring = lock(&self.ring);
        let oldest = ring.next - ring.frames.len() as u64;
        if position < oldest {
            return Some(Err(oldest));
        }
        ring.frames.get((position - oldest) as usize).cloned().map(Ok)
    }
}

impl<F: Clone> Topic<F> {
    /// Puts the oldest frames that no round has told of into `frames`, `most` at the most. False: there are none, and the
    /// round has ended.
    pub(super) fn take_untold(&self, most: usize, position: &mut u64, frames: &mut Vec<F>) -> bool {
        let mut ring = lock(&self.ring);
        let oldest = ring.next - ring.frames.len() as u64;
        *position = ring.untold.max(oldest);
        frames.clear();
        frames.extend(ring.frames.iter().skip((*position - oldest) as usize).take(most).cloned());
        ring.untold = *position + frames.len() as u64;
        ring.round = !frames.is_empty();
        ring.round
    }
}

impl<F> Topic<F> {
    pub(super) fn next(&self) -> u64 {
        self.next.load(Ordering::Acquire)
    }

    /// Whether this is the one round that a topic has at a time.
    pub(super) fn begin_round(&self) -> bool {
        !std::mem::replace(&mut lock(&self.ring).round, true)
    }

    /// A round that was left. Whoever was not told finds that out with the next one.
    pub(super) fn break_round(&self) {
        lock(&self.ring).round = false;
    }

    /// A new hearer's place.
    pub(super) fn join(&self, hearer: Hearer<F>) -> usize {
        lock(&self.hearers).insert(hearer)
    }

    pub(super) fn leave(&self, place: usize) {
        // It may be the last hold on a connection: that ends outside the lock.
        let _left = lock(&self.hearers).try_remove(place);
    }

    /// Puts the hearers at `next` and after it into `some`, `most` at the most, and says whether there may be more.
    pub(super) fn some_hearers(&self, next: &mut usize, most: usize, some: &mut Vec<Hearer<F>>) -> bool {
        let hearers = lock(&self.hearers);
        while *next < hearers.capacity() && some.len() < most {
            some.extend(hearers.get(*next).cloned());
            *next += 1;
        }
        *next < hearers.capacity()
    }
}
