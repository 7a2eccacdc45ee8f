//! The hub: who hears which topic, and the newest frames of each.
//!
//! It knows no socket, no database and no dialect: a frame is whatever its user makes it, cheap to clone. Publishing
//! puts a frame into the topic's ring and wakes the subscribers; each takes what it has not taken, at its own pace.
//! Nothing is queued a subscriber, so one that stops reading costs its cursor and no more; when the ring has moved
//! past it, it is told that it missed something. A topic without subscribers is gone.

mod subscription;
mod topic;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use app::protocol::TopicName;
use tokio::sync::Notify;

pub use subscription::{Subscription, Taken};
use topic::Topic;

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

    /// Begins to hear a topic, from the next frame on. `wake` is notified whenever there is something to take;
    /// one `Notify` may serve many subscriptions.
    pub fn subscribe(&self, name: &TopicName, wake: &Arc<Notify>) -> Subscription<F> {
        let topic = {
            let mut topics = lock(&self.shared.topics);
            match topics.get(name).and_then(Weak::upgrade) {
                Some(topic) => topic,
                None => {
                    let topic = Arc::new(Topic::new(self.shared.ring));
                    topics.insert(name.clone(), Arc::downgrade(&topic));
                    topic
                }
            }
        };
        Subscription::new(topic, Lease { shared: Arc::clone(&self.shared), name: name.clone() }, wake)
    }

    /// Hands a frame to everyone who hears the topic now, and says at which position; nobody hears it, none.
    pub fn publish(&self, name: &TopicName, frame: F) -> Option<u64> {
        let topic = lock(&self.shared.topics).get(name).and_then(Weak::upgrade)?;
        let position = topic.push(frame);
        // The last subscriber may have left while this held the topic.
        self.shared.forget_if_unused(name, topic);
        Some(position)
    }

    /// How many topics somebody hears.
    pub fn topics(&self) -> usize {
        lock(&self.shared.topics).len()
    }
}

impl<F> Shared<F> {
    /// Gives a hold on a topic back, and the topic's place with it when nobody else holds it.
    fn forget_if_unused(&self, name: &TopicName, topic: Arc<Topic<F>>) {
        let mut topics = lock(&self.topics);
        drop(topic);
        if topics.get(name).is_some_and(|topic| topic.strong_count() == 0) {
            topics.remove(name);
        }
    }
}

/// What a subscription needs to give its topic back.
struct Lease<F> {
    shared: Arc<Shared<F>>,
    name: TopicName,
}

/// A lock that outlives a panic of its holder: no critical section here leaves its data half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
