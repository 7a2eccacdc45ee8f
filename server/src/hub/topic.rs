//! One live topic: a ring buffer of its newest frames and the list of its subscribers.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
};

use slab::Slab;

use super::Subscriber;
use crate::sync::{AtomicU64, Mutex};

pub(super) struct Topic<F> {
    ring: Mutex<Ring<F>>,
    /// The position of the next frame. A copy of [`Ring::next_position`] outside the lock: polling a topic without new
    /// frames costs one load.
    next_position: AtomicU64,
    subscribers: Mutex<Slab<SubscriberEntry<F>>>,
    ring_capacity: usize,
}

/// A subscriber, and the key by which it knows this subscription.
pub(super) struct SubscriberEntry<F> {
    pub(super) subscriber: Arc<dyn Subscriber<F>>,
    pub(super) key: usize,
}

impl<F> Clone for SubscriberEntry<F> {
    fn clone(&self) -> Self {
        Self { subscriber: Arc::clone(&self.subscriber), key: self.key }
    }
}

struct Ring<F> {
    frames: VecDeque<F>,
    /// The position of the next frame.
    next_position: u64,
    /// The position of the first frame that no fan-out pass has taken.
    first_unsent: u64,
    has_fan_out: bool,
}

impl<F: Clone> Topic<F> {
    pub(super) fn new(ring_capacity: usize) -> Self {
        let ring = Ring { frames: VecDeque::new(), next_position: 0, first_unsent: 0, has_fan_out: false };
        Self {
            ring: Mutex::new(ring),
            next_position: AtomicU64::new(0),
            subscribers: Mutex::default(),
            ring_capacity,
        }
    }

    /// Appends a frame, overwriting the oldest one when the ring is full. Returns its position.
    pub(super) fn push(&self, frame: F) -> u64 {
        let mut ring = self.ring.lock();
        if ring.frames.len() == self.ring_capacity {
            ring.frames.pop_front();
        }
        ring.frames.push_back(frame);
        ring.next_position += 1;
        self.next_position.store(ring.next_position, Ordering::Release);
        ring.next_position - 1
    }

    /// Returns the frame at a position: `None` when it is not published yet, `Err` with the oldest position in the ring
    /// when it was overwritten.
    pub(super) fn frame_at(&self, position: u64) -> Option<Result<F, u64>> {
        if position >= self.next_position() {
            return None;
        }
        let ring = self.ring.lock();
        let oldest = ring.oldest_position();
        if position < oldest {
            return Some(Err(oldest));
        }
        ring.frames.get((position - oldest) as usize).cloned().map(Ok)
    }

    /// Replaces `frames` by the oldest frames that no fan-out pass has taken, at most `limit` of them, and sets `position`
    /// to that of the first. Returns `false` when there are none, which ends the fan-out under the same lock: a frame that
    /// is published later starts a new one.
    pub(super) fn take_unsent(&self, limit: usize, position: &mut u64, frames: &mut Vec<F>) -> bool {
        let mut ring = self.ring.lock();
        let oldest = ring.oldest_position();
        *position = ring.first_unsent.max(oldest);
        frames.clear();
        frames.extend(ring.frames.iter().skip((*position - oldest) as usize).take(limit).cloned());
        ring.first_unsent = *position + frames.len() as u64;
        ring.has_fan_out = !frames.is_empty();
        ring.has_fan_out
    }
}

impl<F> Topic<F> {
    /// The position of the next frame.
    pub(super) fn next_position(&self) -> u64 {
        self.next_position.load(Ordering::Acquire)
    }

    /// Claims the topic's fan-out. Returns `false` when one is running.
    pub(super) fn try_start_fan_out(&self) -> bool {
        !std::mem::replace(&mut self.ring.lock().has_fan_out, true)
    }

    /// Releases a fan-out that was dropped before its end. Subscribers that it did not reach are notified by the next one.
    pub(super) fn abandon_fan_out(&self) {
        self.ring.lock().has_fan_out = false;
    }

    /// Adds a subscriber and returns its slot.
    pub(super) fn join(&self, entry: SubscriberEntry<F>) -> usize {
        self.subscribers.lock().insert(entry)
    }

    pub(super) fn leave(&self, slot: usize) {
        // The entry may be the last reference to a connection, whose destructor must not run under the lock.
        let _entry = self.subscribers.lock().try_remove(slot);
    }

    /// Appends the subscribers from slot `next_slot` on to `chunk`, up to a length of `limit`, and advances `next_slot`.
    /// Returns whether there may be more.
    pub(super) fn next_chunk(
        &self,
        next_slot: &mut usize,
        limit: usize,
        chunk: &mut Vec<SubscriberEntry<F>>,
    ) -> bool {
        let subscribers = self.subscribers.lock();
        while *next_slot < subscribers.capacity() && chunk.len() < limit {
            chunk.extend(subscribers.get(*next_slot).cloned());
            *next_slot += 1;
        }
        *next_slot < subscribers.capacity()
    }
}

impl<F> Ring<F> {
    fn oldest_position(&self) -> u64 {
        self.next_position - self.frames.len() as u64
    }
}
