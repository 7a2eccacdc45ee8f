//! A hold on a topic. The topic's place in the hub goes with the last one.

use std::{ops::Deref, sync::Arc};

use app::protocol::TopicName;

use super::{Shared, lock, topic::Topic};

pub(super) struct Lease<F> {
    shared: Arc<Shared<F>>,
    name: TopicName,
    /// Always there; taken only while dropping.
    topic: Option<Arc<Topic<F>>>,
}

impl<F> Lease<F> {
    pub(super) fn new(shared: &Arc<Shared<F>>, name: &TopicName, topic: Arc<Topic<F>>) -> Self {
        Self { shared: Arc::clone(shared), name: name.clone(), topic: Some(topic) }
    }

    pub(super) fn name(&self) -> &TopicName {
        &self.name
    }
}

impl<F> Deref for Lease<F> {
    type Target = Topic<F>;

    #[allow(clippy::expect_used)]
    fn deref(&self) -> &Topic<F> {
        self.topic.as_deref().expect("it is taken only while dropping")
    }
}

impl<F> Drop for Lease<F> {
    fn drop(&mut self) {
        // The map's lock first: nobody finds the topic between its last hold and its place.
        let mut topics = lock(&self.shared.topics);
        self.topic = None;
        if topics.get(&self.name).is_some_and(|topic| topic.strong_count() == 0) {
            topics.remove(&self.name);
        }
    }
}
