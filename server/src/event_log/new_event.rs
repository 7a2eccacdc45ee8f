//! Events that are not in the log yet.

use std::net::IpAddr;

use app::protocol::{Action, Author, DraftId, Event, EventKind, RenderedText, Timestamp, TopicName};

use crate::rights::{Permission, Refusal, Writable};

/// An event to append to a topic's log. Topic, author, action and permission are those of its permit: only the log sees the fields, so
/// that no door makes an event without a permit, or changes one that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub(super) topic: TopicName,
    /// Taken from the session, never from a frame.
    pub(super) author: Author,
    /// The author's idempotency key; `(author, draft)` is unique for ever.
    pub(super) draft: DraftId,
    pub(super) action: Action,
    pub(super) rendered: RenderedText,
    /// The address whose rate limits the event counts against; `None` is not limited.
    pub(super) address: Option<IpAddr>,
    pub(super) permission: Permission,
    /// The reason why its author may not append it any more, unless it is stored already. Set by the [`Fence`](super::Fence).
    pub(super) refusal: Option<Refusal>,
}

/// A plain message to append: no reply, no rendered text, no rate limit. Past all doors: for tests and for tools that own the
/// database.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    pub topic: TopicName,
    /// Taken from the session, never from a frame.
    pub author: Author,
    /// The author's idempotency key; `(author, draft)` is unique for ever.
    pub draft: DraftId,
    pub body: String,
}

impl From<NewMessage> for NewEvent {
    fn from(message: NewMessage) -> Self {
        let NewMessage { topic, author, draft, body } = message;
        let action = Action::Publish { body, reply_to: None };
        Self::new(Writable::unchecked(topic, author, action), draft)
    }
}

impl NewEvent {
    /// Creates an event without rendered text or rate limit.
    pub fn new(writable: Writable, draft: DraftId) -> Self {
        let (topic, author, action, permission) = writable.into_parts();
        let rendered = RenderedText::default();
        Self { topic, author, draft, action, rendered, address: None, permission, refusal: None }
    }

    /// Creates an event past all doors.
    #[cfg(test)]
    pub(crate) fn unchecked(topic: TopicName, author: Author, draft: DraftId, action: Action) -> Self {
        Self::new(Writable::unchecked(topic, author, action), draft)
    }

    pub(crate) fn with_rendered(self, rendered: RenderedText) -> Self {
        Self { rendered, ..self }
    }

    /// Returns the topic to whose log it is appended.
    pub fn topic(&self) -> &TopicName {
        &self.topic
    }

    /// Returns the author.
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// Returns the author's action.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Returns the permission that its author has.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Counts the event against the rate limits of this address.
    pub fn from_address(self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self }
    }

    /// Converts this into the stored event with its position in the log.
    pub(super) fn into_event(self, seq: u64, at: Timestamp) -> Event {
        let Self { topic, author, draft, action, rendered, .. } = self;
        let kind = EventKind::from_action(action, draft, rendered);
        Event { topic, seq, at, author, kind }
    }
}
