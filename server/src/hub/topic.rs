//! One live topic: its newest frames and who is to be woken.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

use super::lock;

pub(super) struct Topic<F> {
    ring: Mutex<Ring<F>>,
    /// The position of the next frame, readable without the lock: an idle look costs one load.
    next: AtomicU64,
    subscribers: Mutex<Vec<Arc<Notify>>>,
    capacity: usize,
}

struct Ring<F> {
    frames: VecDeque<F>,
    next: u64,
}

impl<F: Clone> Topic<F> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            ring: Mutex::new(Ring { frames: VecDeque::new(), next: 0 }),
            next: AtomicU64::new(0),
            subscribers: Mutex::default(),
            capacity,
        }
    }

    pub(super) fn push(&self, frame: F) -> u64 {
        let position = {
            let mut ring = lock(&self.ring);
            if ring.frames.len() == self.capacity {
                ring.frames.pop_front();
            }
            ring.frames.push_back(frame);
            ring.next += 1;
            self.next.store(ring.next, Ordering::Release);
            ring.next - 1
        };
        for subscriber in lock(&self.subscribers).iter() {
            subscriber.notify_one();
        }
        position
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

impl<F> Topic<F> {
    pub(super) fn next(&self) -> u64 {
        self.next.load(Ordering::Acquire)
    }

    pub(super) fn join(&self, wake: &Arc<Notify>) {
        lock(&self.subscribers).push(Arc::clone(wake));
    }

    pub(super) fn leave(&self, wake: &Arc<Notify>) {
        let mut subscribers = lock(&self.subscribers);
        if let Some(index) = subscribers.iter().position(|other| Arc::ptr_eq(other, wake)) {
            subscribers.swap_remove(index);
        }
    }
}
