//! Events that are not in the log yet.

use std::net::IpAddr;

use app::protocol::{
    About, AboutFields, Author, DraftId, Emoji, Event, EventKind, Timestamp, TopicName, UserId,
};

/// An event to append to a topic's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub topic: TopicName,
    /// Taken from the session, never from a frame.
    pub author: Author,
    /// The author's idempotency key; `(author, draft)` is unique for ever.
    pub draft: DraftId,
    pub action: Action,
    pub rendered: RenderedText,
    /// The address whose rate limits the event counts against; `None` is not limited.
    pub address: Option<IpAddr>,
}

/// The results of rendering a text, computed once when it is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenderedText {
    /// Sanitised HTML; `None` where it would say no more than the plain text.
    pub html: Option<String>,
    /// The people whom the text mentions.
    pub mentions: Vec<UserId>,
}

/// The change that an author makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Publish {
        body: String,
        /// The `seq` of the message that this one replies to.
        reply_to: Option<u64>,
    },
    /// Replaces the text of one of the author's own messages.
    Edit {
        /// The message's `seq`.
        message: u64,
        /// The revision that the author saw; any other is refused as stale.
        revision: u64,
        body: String,
    },
    /// Deletes one of the author's own messages.
    Delete {
        /// The message's `seq`.
        message: u64,
        /// The revision that the author saw; any other is refused as stale.
        revision: u64,
    },
    /// Adds or removes a reaction to a message.
    React {
        /// The message's `seq`.
        message: u64,
        emoji: Emoji,
        /// `false` removes the reaction.
        on: bool,
    },
    /// Sets the topic's title, its description, or both.
    Describe {
        about: About,
        /// `true` creates the topic, which must not exist yet.
        new: bool,
        /// The part of `about` that is set; the other stays as it is.
        part: AboutFields,
    },
}

impl Action {
    /// Returns whether the author follows the topic by it, unless they chose otherwise before.
    pub fn makes_author_follow(&self) -> bool {
        matches!(self, Self::Publish { .. } | Self::Describe { .. })
    }
}

/// A plain message to append: no reply, no rendered text, no rate limit.
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
        Self::new(topic, author, draft, Action::Publish { body, reply_to: None })
    }
}

impl NewEvent {
    /// Creates an event without rendered text or rate limit.
    pub fn new(topic: TopicName, author: Author, draft: DraftId, action: Action) -> Self {
        Self { topic, author, draft, action, rendered: RenderedText::default(), address: None }
    }

    /// Counts the event against the rate limits of this address.
    pub fn from_address(self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self }
    }

    /// Converts this into the stored event with its position in the log.
    pub(super) fn into_event(self, seq: u64, at: Timestamp) -> Event {
        let Self { topic, author, draft, action, rendered: RenderedText { html, mentions }, .. } = self;
        let kind = match action {
            Action::Publish { body, reply_to } => EventKind::Message {
                draft,
                body,
                html,
                mentions,
                reply_to,
                revision: None,
                deleted: false,
                reactions: Vec::new(),
            },
            Action::Edit { message, body, .. } => {
                EventKind::Edit { draft, message, body: Some(body), html, mentions }
            }
            Action::Delete { message, .. } => EventKind::Deletion { draft, message },
            Action::React { message, emoji, on } => EventKind::Reaction { draft, message, emoji, on },
            Action::Describe { about, .. } => EventKind::About { draft, about },
        };
        Event { topic, seq, at, author, kind }
    }
}
