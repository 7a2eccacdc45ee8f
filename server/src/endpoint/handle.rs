use std::sync::Weak;

use app::protocol::TopicName;
use bytes::Bytes;

use super::{
    frame::{self, EncodedFrames, Message, Opcode},
    write_queue::WriteQueue,
};
use crate::hub::{Hub, Received, Subscriber, Subscription};

/// Whether a connection receives the frames that it publishes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// The publisher receives its frame too.
    Yes,
    /// Only the other subscribers receive the frame.
    No,
}

/// A connection as the handlers of an [`Endpoint`](super::Endpoint) use it: they send, subscribe and publish.
///
/// Sending only queues: everything that a handler has sent leaves in one write after it has returned.
pub struct ConnectionHandle<F> {
    hub: Hub<F>,
    /// The connection, which the hub notifies of published frames.
    subscriber: Weak<dyn Subscriber<F>>,
    subscriptions: Vec<KeyedSubscription<F>>,
    next_key: u32,
    poll_hub_again: bool,
    outgoing: WriteQueue,
}

struct KeyedSubscription<F> {
    key: u32,
    subscription: Subscription<F>,
}

impl<F: Clone> ConnectionHandle<F> {
    /// `subscriber` is notified of frames in the topics that the connection subscribes to. Subscriptions have the keys 0, 1
    /// and so on.
    pub(crate) fn new(hub: Hub<F>, subscriber: Weak<dyn Subscriber<F>>) -> Self {
        Self {
            hub,
            subscriber,
            subscriptions: Vec::new(),
            next_key: 0,
            poll_hub_again: false,
            outgoing: WriteQueue::default(),
        }
    }

    /// Sends a text message.
    pub fn send_text(&mut self, text: impl AsRef<str>) {
        self.outgoing.append_with(|out| frame::put_text(out, text.as_ref()));
    }

    /// Sends the concatenation of three texts as one message. `shared` is not copied.
    pub(crate) fn send_text_around(&mut self, before: &str, shared: Bytes, after: &str) {
        let length = before.len() + shared.len() + after.len();
        self.outgoing.append_with(|out| {
            frame::put_header(out, Opcode::Text, length);
            out.extend_from_slice(before.as_bytes());
        });
        self.outgoing.push(EncodedFrames::from(shared));
        self.outgoing.append_with(|out| out.extend_from_slice(after.as_bytes()));
    }

    /// Sends a binary message.
    pub fn send_binary(&mut self, bytes: impl AsRef<[u8]>) {
        self.outgoing.append_with(|out| frame::put(out, Opcode::Binary, bytes.as_ref()));
    }

    /// Sends frames that were encoded once for many connections.
    pub fn send_frames(&mut self, frames: EncodedFrames) {
        self.outgoing.push(frames);
    }

    /// Subscribes to a topic, from its next frame on, in place of an earlier subscription to it. Returns the topic's name
    /// in the allocation that all its subscribers share.
    pub fn subscribe(&mut self, topic: &TopicName) -> TopicName {
        // Without a subscriber the connection is gone.
        let Some(subscriber) = self.subscriber.upgrade() else { return topic.clone() };
        let key = self.unused_key();
        // Subscribing before the old subscription ends keeps the topic, and its ring, alive.
        let subscription = self.hub.subscribe(topic, subscriber, key as usize);
        let shared = subscription.topic().clone();
        self.unsubscribe(topic);
        // Most connections have one subscription: `Vec` would make room for four.
        self.subscriptions.reserve_exact(1);
        self.subscriptions.push(KeyedSubscription { key, subscription });
        shared
    }

    /// Returns a key that none of the current subscriptions has. Keys wrap around, so the key of a subscription that lasts
    /// comes up again after 2³² others; with the same key, one topic's frames would move the other's cursor.
    fn unused_key(&mut self) -> u32 {
        while self.subscriptions.iter().any(|keyed| keyed.key == self.next_key) {
            self.next_key = self.next_key.wrapping_add(1);
        }
        let key = self.next_key;
        self.next_key = key.wrapping_add(1);
        key
    }

    /// Ends the subscription to a topic. Returns whether there was one.
    pub fn unsubscribe(&mut self, topic: &TopicName) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|keyed| keyed.subscription.topic() != topic);
        self.subscriptions.len() != before
    }

    /// Publishes a frame to all subscribers of a topic.
    pub fn publish(&mut self, topic: &TopicName, frame: F, echo: Echo) {
        let position = self.hub.publish(topic, frame);
        if let (Echo::No, Some(position)) = (echo, position) {
            let own = self.subscriptions.iter_mut().filter(|keyed| keyed.subscription.topic() == topic);
            own.for_each(|keyed| keyed.subscription.skip(position));
        }
    }

    /// Makes the connection poll its subscriptions again after this handler, even without a notification.
    pub fn poll_hub_again(&mut self) {
        self.poll_hub_again = true;
    }

    /// Returns whether [`poll_hub_again`](Self::poll_hub_again) was called, and resets it.
    pub(super) fn take_hub_poll(&mut self) -> bool {
        std::mem::take(&mut self.poll_hub_again)
    }

    pub(super) fn send(&mut self, message: Message) {
        match message {
            Message::Text(text) => self.send_text(text),
            Message::Binary(bytes) => self.send_binary(bytes),
            Message::Ping(bytes) => self.outgoing.append_with(|out| frame::put(out, Opcode::Ping, &bytes)),
            Message::Pong(bytes) => self.outgoing.append_with(|out| frame::put(out, Opcode::Pong, &bytes)),
            Message::Close(code) => self.outgoing.append_with(|out| frame::put_close(out, code, "")),
        }
    }

    /// Returns the topic of the subscription at `index`, which counts the current subscriptions.
    pub(crate) fn subscription(&self, index: usize) -> Option<&TopicName> {
        self.subscriptions.get(index).map(|keyed| keyed.subscription.topic())
    }

    /// Returns the next item of the subscription at `index`, or `None` when there is none yet.
    pub(crate) fn try_recv(&mut self, index: usize) -> Option<Received<F>> {
        self.subscriptions.get_mut(index)?.subscription.try_recv()
    }

    /// Returns how many of the frames from `position` on the subscription with this key has received. Returns `None` when
    /// something else has to be written before them.
    pub(super) fn received_since(&self, key: usize, position: u64) -> Option<usize> {
        let keyed = self.subscriptions.iter().find(|keyed| keyed.key as usize == key)?;
        keyed.subscription.received_since(position).filter(|_| self.outgoing.is_empty())
    }

    /// Returns the topic of the subscription with this key.
    pub(super) fn topic(&self, key: usize) -> Option<&TopicName> {
        self.subscriptions
            .iter()
            .find(|keyed| keyed.key as usize == key)
            .map(|keyed| keyed.subscription.topic())
    }

    /// Moves the cursor of the subscription with this key past a frame that was delivered inline.
    pub(super) fn advance(&mut self, key: usize) {
        let keyed = self.subscriptions.iter_mut().find(|keyed| keyed.key as usize == key);
        keyed.into_iter().for_each(|keyed| keyed.subscription.advance());
    }

    pub(super) fn outgoing(&mut self) -> &mut WriteQueue {
        &mut self.outgoing
    }

    /// Takes the queued messages, which have to be texts.
    #[cfg(test)]
    pub(crate) fn take_texts(&mut self) -> Vec<String> {
        let mut sent = Vec::new();
        while !self.outgoing.is_empty() {
            let before = sent.len();
            self.outgoing.io_slices().for_each(|part| sent.extend_from_slice(&part));
            self.outgoing.advance(sent.len() - before);
        }
        frame::texts(&sent)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::*;

    #[test]
    fn a_key_that_wraps_around_is_not_that_of_a_current_subscription() {
        let subscriber: Arc<dyn Subscriber<u32>> = Arc::new(Notify::new());
        let mut handle = ConnectionHandle::new(Hub::new(8), Arc::downgrade(&subscriber));
        let [first, second, third, fourth] =
            ["a", "b", "c", "d"].map(|topic| topic.parse::<TopicName>().unwrap());
        handle.subscribe(&first);
        handle.subscribe(&second);
        handle.next_key = u32::MAX;
        handle.subscribe(&third);
        handle.subscribe(&fourth);
        let expected = [(0, &first), (1, &second), (u32::MAX as usize, &third), (2, &fourth)];
        for (key, topic) in expected {
            assert_eq!(handle.topic(key), Some(topic), "{key}");
        }
    }
}
