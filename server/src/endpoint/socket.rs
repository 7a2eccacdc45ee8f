//! What an endpoint can do with a connection.

use std::sync::Arc;

use app::protocol::TopicName;
use axum::{
    body::Bytes,
    extract::ws::{Message, Utf8Bytes},
};
use tokio::sync::Notify;

use crate::hub::{Hub, Subscription, Taken};

/// Whether a connection hears what it publishes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// Own frames come back.
    Yes,
    /// Own frames go to the others only.
    No,
}

/// One connection as its endpoint sees it: verbs, no reading. What is sent is queued, and leaves when the handler is
/// done, in one write.
pub struct Socket<F> {
    hub: Hub<F>,
    wake: Arc<Notify>,
    subscriptions: Vec<(TopicName, Subscription<F>)>,
    queue: Vec<Message>,
    queued_bytes: usize,
}

impl<F: Clone> Socket<F> {
    pub(crate) fn new(hub: Hub<F>) -> Self {
        Self { hub, wake: Arc::default(), subscriptions: Vec::new(), queue: Vec::new(), queued_bytes: 0 }
    }

    /// Sends text.
    pub fn send_text(&mut self, text: impl Into<Utf8Bytes>) {
        let text = text.into();
        self.queued_bytes += text.as_str().len();
        self.queue.push(Message::Text(text));
    }

    /// Sends bytes.
    pub fn send_binary(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        self.queued_bytes += bytes.len();
        self.queue.push(Message::Binary(bytes));
    }

    /// Hears a topic from its next frame on. Hearing it already, it begins anew.
    pub fn subscribe(&mut self, topic: &TopicName) {
        // The new one first, so that the topic is not gone in between.
        let subscription = self.hub.subscribe(topic, &self.wake);
        self.unsubscribe(topic);
        self.subscriptions.push((topic.clone(), subscription));
    }

    /// Hears a topic no longer. Says whether it did.
    pub fn unsubscribe(&mut self, topic: &TopicName) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|(name, _)| name != topic);
        self.subscriptions.len() != before
    }

    /// Hands a frame to everyone who hears the topic.
    pub fn publish(&mut self, topic: &TopicName, frame: F, echo: Echo) {
        let position = self.hub.publish(topic, frame);
        if let (Echo::No, Some(position)) = (echo, position) {
            self.subscriptions
                .iter_mut()
                .filter(|(name, _)| name == topic)
                .for_each(|(_, s)| s.skip(position));
        }
    }

    /// Looks at the hub again in the next turn, whether or not something new comes.
    pub fn look_again(&self) {
        self.wake.notify_one();
    }

    pub(super) fn send(&mut self, message: Message) {
        self.queue.push(message);
    }

    pub(crate) fn subscription(&self, index: usize) -> Option<&TopicName> {
        self.subscriptions.get(index).map(|(topic, _)| topic)
    }

    pub(crate) fn take(&mut self, index: usize) -> Option<Taken<F>> {
        self.subscriptions.get_mut(index)?.1.take()
    }

    pub(super) fn wake(&self) -> &Arc<Notify> {
        &self.wake
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    pub(crate) fn take_queue(&mut self) -> Vec<Message> {
        self.queued_bytes = 0;
        std::mem::take(&mut self.queue)
    }
}
