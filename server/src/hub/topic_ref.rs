//! A counted reference to a live topic. Dropping the last one removes the topic from the hub.

use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicUsize},
};

use app::protocol::TopicName;

use super::{Shared, topic::Topic};

pub(super) struct TopicRef<F> {
    shared: Arc<Shared<F>>,
    name: TopicName,
    /// `None` only inside `drop`.
    topic: Option<Arc<Topic<F>>>,
}

impl<F> TopicRef<F> {
    pub(super) fn new(shared: &Arc<Shared<F>>, name: &TopicName, topic: Arc<Topic<F>>) -> Self {
        Self { shared: Arc::clone(shared), name: name.clone(), topic: Some(topic) }
    }

    pub(super) fn name(&self) -> &TopicName {
        &self.name
    }

    /// The number of subscriptions to all topics of the hub.
    pub(super) fn all_subscriptions(&self) -> &AtomicUsize {
        &self.shared.subscriptions
    }
}

impl<F> Deref for TopicRef<F> {
    type Target = Topic<F>;

    #[allow(clippy::expect_used)]
    fn deref(&self) -> &Topic<F> {
        self.topic.as_deref().expect("the topic is taken only in drop")
    }
}

impl<F> Drop for TopicRef<F> {
    fn drop(&mut self) {
        // The map is locked before the reference is released: no subscriber can find the topic between the release of the
        // last reference and the removal of the entry.
        let mut topics = self.shared.topics.lock();
        self.topic = None;
        if topics.get(&self.name).is_some_and(|topic| topic.strong_count() == 0) {
            topics.remove(&self.name);
        }
    }
}
