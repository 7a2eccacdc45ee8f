//! What an endpoint can do with a connection.

use std::sync::Weak;

use app::protocol::TopicName;
use bytes::Bytes;

use super::{
    frame::{self, Frames, Message, Opcode},
    outgoing::Outgoing,
};
use crate::hub::{Hub, Received, Subscriber, Subscription};

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
    ear: Weak<dyn Subscriber<F>>,
    subscriptions: Vec<Heard<F>>,
    /// Of the next subscription.
    key: u32,
    look_again: bool,
    outgoing: Outgoing,
}

/// A topic that is heard.
struct Heard<F> {
    key: u32,
    subscription: Subscription<F>,
}

impl<F: Clone> Socket<F> {
    /// `ear` hears of what is published: with a subscription's key, counted from 0 on.
    pub(crate) fn new(hub: Hub<F>, ear: Weak<dyn Subscriber<F>>) -> Self {
        let (subscriptions, outgoing) = Default::default();
        Self { hub, ear, subscriptions, key: 0, look_again: false, outgoing }
    }

    /// Sends text.
    pub fn send_text(&mut self, text: impl AsRef<str>) {
        self.outgoing.put(|out| frame::put_text(out, text.as_ref()));
    }

    /// Sends one text of three parts; the one in the middle is not copied.
    pub(crate) fn send_text_around(&mut self, before: &str, shared: Bytes, after: &str) {
        let length = before.len() + shared.len() + after.len();
        self.outgoing.put(|out| {
            frame::put_header(out, Opcode::Text, length);
            out.extend_from_slice(before.as_bytes());
        });
        self.outgoing.add(Frames::from(shared));
        self.outgoing.put(|out| out.extend_from_slice(after.as_bytes()));
    }

    /// Sends bytes.
    pub fn send_binary(&mut self, bytes: impl AsRef<[u8]>) {
        self.outgoing.put(|out| frame::put(out, Opcode::Binary, bytes.as_ref()));
    }

    /// Sends frames that were made once for everyone.
    pub fn send_frames(&mut self, frames: Frames) {
        self.outgoing.add(frames);
    }

    /// Hears a topic from its next frame on, and says its name as all who hear it share it. Hearing it already, it begins anew.
    pub fn subscribe(&mut self, topic: &TopicName) -> TopicName {
        // Without an ear there is no connection any more.
        let Some(ear) = self.ear.upgrade() else { return topic.clone() };
        // The new one first, so that the topic is not gone in between.
        let subscription = self.hub.subscribe(topic, ear, self.key as usize);
        let shared = subscription.topic().clone();
        self.unsubscribe(topic);
        // Most connections hear one topic: no room for more is made ahead.
        self.subscriptions.reserve_exact(1);
        self.subscriptions.push(Heard { key: self.key, subscription });
        self.key = self.key.wrapping_add(1);
        shared
    }

    /// Hears a topic no longer. Says whether it did.
    pub fn unsubscribe(&mut self, topic: &TopicName) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|heard| heard.subscription.topic() != topic);
        self.subscriptions.len() != before
    }

    /// Hands a frame to everyone who hears the topic.
    pub fn publish(&mut self, topic: &TopicName, frame: F, echo: Echo) {
        let position = self.hub.publish(topic, frame);
        if let (Echo::No, Some(position)) = (echo, position) {
            let own = self.subscriptions.iter_mut().filter(|heard| heard.subscription.topic() == topic);
            own.for_each(|heard| heard.subscription.skip(position));
        }
    }

    /// Looks at the hub again in the next turn, whether or not something new comes.
    pub fn look_again(&mut self) {
        self.look_again = true;
    }

    pub(super) fn looks_again(&mut self) -> bool {
        std::mem::take(&mut self.look_again)
    }

    pub(super) fn send(&mut self, message: Message) {
        match message {
            Message::Text(text) => self.send_text(text),
            Message::Binary(bytes) => self.send_binary(bytes),
            Message::Ping(bytes) => self.outgoing.put(|out| frame::put(out, Opcode::Ping, &bytes)),
            Message::Pong(bytes) => self.outgoing.put(|out| frame::put(out, Opcode::Pong, &bytes)),
            Message::Close(code) => self.outgoing.put(|out| frame::put_close(out, code, "")),
        }
    }

    pub(crate) fn subscription(&self, index: usize) -> Option<&TopicName> {
        self.subscriptions.get(index).map(|heard| heard.subscription.topic())
    }

    pub(crate) fn take(&mut self, index: usize) -> Option<Received<F>> {
        self.subscriptions.get_mut(index)?.subscription.try_recv()
    }

    /// How many of the frames from a position on a subscription has had. None: something else is to be written first.
    pub(super) fn has_had(&self, key: usize, position: u64) -> Option<usize> {
        let heard = self.subscriptions.iter().find(|heard| heard.key as usize == key)?;
        heard.subscription.received_since(position).filter(|_| self.outgoing.is_empty())
    }

    /// The topic of a subscription.
    pub(super) fn topic(&self, key: usize) -> Option<&TopicName> {
        self.subscriptions
            .iter()
            .find(|heard| heard.key as usize == key)
            .map(|heard| heard.subscription.topic())
    }

    /// The next frame of a subscription was taken from elsewhere.
    pub(super) fn took(&mut self, key: usize) {
        let heard = self.subscriptions.iter_mut().find(|heard| heard.key as usize == key);
        heard.into_iter().for_each(|heard| heard.subscription.advance());
    }

    pub(super) fn outgoing(&mut self) -> &mut Outgoing {
        &mut self.outgoing
    }

    /// What was sent, as the peer would hear it.
    #[cfg(test)]
    pub(crate) fn take_texts(&mut self) -> Vec<String> {
        let mut sent = Vec::new();
        while !self.outgoing.is_empty() {
            let before = sent.len();
            self.outgoing.slices().for_each(|part| sent.extend_from_slice(&part));
            self.outgoing.written(sent.len() - before);
        }
        frame::texts(&sent)
    }
}
