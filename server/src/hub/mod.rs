//! The hub: who hears which topic, and the newest frames of each.
//!
//! It knows no socket, no database and no dialect: a frame is whatever its user makes it, cheap to clone. Publishing
//! puts a frame into the topic's ring and tells the subscribers' ears. Those that can, deal with it at once; the others
//! take what they have not taken at their own pace.
//! Nothing is queued a subscriber, so one that stops reading costs its cursor and no more; when the ring has moved
//! past it, it is told that it missed something. A topic without subscribers is gone.

mod lease;
mod round;
mod subscription;
mod topic;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use app::protocol::TopicName;
use tokio::sync::Notify;

use lease::Lease;
pub use round::Round;
pub use subscription::{Subscription, Taken};
use topic::{Hearer, Topic};

/// Whoever hears topics.
pub trait Ear<F>: Send + Sync {
    /// Frames were published, from a position on, in the topic that was subscribed to with this key. They are in the
    /// topic's ring by now, and others may follow them there. Must not wait.
    fn hear(&self, key: usize, position: u64, frames: &[F]);
}

/// One that looks into the ring when it is woken.
impl<F> Ear<F> for Notify {
    fn hear(&self, _: usize, _: u64, _: &[F]) {
        self.notify_one();
    }
}

/// A handle on the hub; cheap to clone.
pub struct Hub<F> {
    shared: Arc<Shared<F>>,
}

struct Shared<F> {
    /// Weak: subscriptions keep a topic, the map only finds it.
    topics: Mutex<HashMap<TopicName, Weak<Topic<F>>>>,
    ring: usize,
}

impl<F> Clone for Hub<F> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<F: Clone> Hub<F> {
    /// A hub that keeps the newest `ring` frames (at least 1) of each live topic.
    pub fn new(ring: usize) -> Self {
        Self { shared: Arc::new(Shared { topics: Mutex::default(), ring: ring.max(1) }) }
    }

    /// Begins to hear a topic, from the next frame on. `ear` is told of each; one may serve many subscriptions, told
    /// apart by their keys.
    pub fn subscribe(&self, name: &TopicName, ear: Arc<dyn Ear<F>>, key: usize) -> Subscription<F> {
        let (name, topic) = {
            let mut topics = lock(&self.shared.topics);
            let there =
                topics.get_key_value(name).and_then(|(name, topic)| Some((name.clone(), topic.upgrade()?)));
            there.unwrap_or_else(|| {
                let topic = Arc::new(Topic::new(self.shared.ring));
                topics.insert(name.clone(), Arc::downgrade(&topic));
                (name.clone(), topic)
            })
        };
        Subscription::new(Lease::new(&self.shared, &name, topic), Hearer { ear, key })
    }

    /// Hands a frame to everyone who hears the topic now, and says at which position; nobody hears it, none.
    pub fn publish(&self, name: &TopicName, frame: F) -> Option<u64> {
        let (position, round) = self.begin(name, frame)?;
        if let Some(mut round) = round {
            while round.goes_on() {}
        }
        Some(position)
    }

    /// Puts a frame where everyone who hears the topic now finds it, and says at which position; nobody hears it, none.
    /// They are told on the round that is to be made, or on the one that somebody is making.
    pub fn begin(&self, name: &TopicName, frame: F) -> Option<(u64, Option<Round<F>>)> {
        let topic = lock(&self.shared.topics).get(name).and_then(Weak::upgrade)?;
        let position = topic.push(frame);
        Some((position, Round::begin(Lease::new(&self.shared, name, topic))))
    }

    /// How many topics somebody hears.
    pub fn topics(&self) -> usize {
        lock(&self.shared.topics).len()
    }
}

/// A lock that outlives a panic of its holder: no critical section here leaves its data half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
