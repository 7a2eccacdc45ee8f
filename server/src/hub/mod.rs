//! In-process publish/subscribe: each live topic has a ring buffer of recent frames and a list of subscribers.
//!
//! The hub knows no socket, no database and no protocol; a frame is any type that is cheap to clone. Publishing appends a
//! frame to the topic's ring and notifies the subscribers (fan-out). A subscriber may handle the frame in the
//! notification, or read the ring later at its own pace.
//!
//! There is no queue per subscriber: a [`Subscription`] is a cursor into the ring, so a stalled reader costs no memory.
//! When the ring has overwritten frames that it has not read, it receives [`Received::Lagged`]. A topic exists only as
//! long as it has subscribers.

mod fan_out;
mod subscription;
mod topic;
mod topic_ref;

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use app::protocol::TopicName;
use tokio::sync::Notify;

pub use fan_out::FanOut;
pub use subscription::{Received, Subscription};
use topic::{SubscriberEntry, Topic};
use topic_ref::TopicRef;

use crate::sync::Mutex;

/// Receives notifications of published frames.
pub trait Subscriber<F>: Send + Sync {
    /// Frames were published to the topic that was subscribed to with this key, the first of them at `position`. They
    /// are in the topic's ring already, and newer ones may follow them there. Runs on the publisher's task, so it must not
    /// block.
    fn notify(&self, key: usize, position: u64, frames: &[F]);
}

/// Wakes a task that reads the ring itself.
impl<F> Subscriber<F> for Notify {
    fn notify(&self, _: usize, _: u64, _: &[F]) {
        self.notify_one();
    }
}

/// A handle to the hub; cheap to clone.
pub struct Hub<F> {
    shared: Arc<Shared<F>>,
}

struct Shared<F> {
    /// Weak, since the subscriptions own a topic: the map only finds it.
    topics: Mutex<HashMap<TopicName, Weak<Topic<F>>>>,
    /// The number of subscriptions to all topics. Nothing depends on it, so it is no primitive of [`crate::sync`].
    subscriptions: AtomicUsize,
    ring_capacity: usize,
}

impl<F> Clone for Hub<F> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<F: Clone> Hub<F> {
    /// Creates a hub that keeps the newest `ring_capacity` frames (at least 1) of each live topic.
    pub fn new(ring_capacity: usize) -> Self {
        let shared = Shared {
            topics: Mutex::default(),
            subscriptions: AtomicUsize::new(0),
            ring_capacity: ring_capacity.max(1),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Subscribes to a topic, from its next frame on. One `subscriber` may hold many subscriptions; each notification
    /// carries the `key` of the subscription that it belongs to.
    pub fn subscribe(
        &self,
        name: &TopicName,
        subscriber: Arc<dyn Subscriber<F>>,
        key: usize,
    ) -> Subscription<F> {
        let (name, topic) = {
            let mut topics = self.shared.topics.lock();
            let live =
                topics.get_key_value(name).and_then(|(name, topic)| Some((name.clone(), topic.upgrade()?)));
            live.unwrap_or_else(|| {
                let topic = Arc::new(Topic::new(self.shared.ring_capacity));
                topics.insert(name.clone(), Arc::downgrade(&topic));
                (name.clone(), topic)
            })
        };
        Subscription::new(TopicRef::new(&self.shared, &name, topic), SubscriberEntry { subscriber, key })
    }

    /// Publishes a frame and notifies all subscribers of the topic. Returns the frame's position, or `None` when the topic
    /// has no subscribers.
    pub fn publish(&self, name: &TopicName, frame: F) -> Option<u64> {
        let (position, fan_out) = self.append(name, frame)?;
        if let Some(mut fan_out) = fan_out {
            while fan_out.notify_chunk() {}
        }
        Some(position)
    }

    /// Appends a frame to the topic's ring without notifying anyone. Returns its position and the fan-out that the caller
    /// has to drive; no fan-out when one is running, which delivers this frame too. Returns `None` when the topic has no
    /// subscribers.
    pub fn append(&self, name: &TopicName, frame: F) -> Option<(u64, Option<FanOut<F>>)> {
        let topic = self.shared.topics.lock().get(name).and_then(Weak::upgrade)?;
        let position = topic.push(frame);
        Some((position, FanOut::start(TopicRef::new(&self.shared, name, topic))))
    }

    /// Returns the topics that have subscribers.
    pub fn topics(&self) -> Vec<TopicName> {
        self.shared.topics.lock().keys().cloned().collect()
    }

    /// Whether a topic has subscribers.
    pub fn has_subscribers(&self, name: &TopicName) -> bool {
        self.shared.topics.lock().contains_key(name)
    }

    /// The number of subscriptions to all topics. Takes no lock.
    pub fn subscription_count(&self) -> usize {
        self.shared.subscriptions.load(Ordering::Relaxed)
    }

    /// The number of topics that have subscribers.
    pub fn topic_count(&self) -> usize {
        self.shared.topics.lock().len()
    }
}

#[cfg(test)]
mod tests;
