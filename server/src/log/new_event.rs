//! What wants a place in a log.

use app::protocol::{Author, DraftId, Emoji, Event, EventKind, Timestamp, TopicName};

/// An event that wants a place in a topic's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Where.
    pub topic: TopicName,
    /// By whom; from the session, never from a frame.
    pub author: Author,
    /// The author's id for it; `(author, draft)` is unique for ever.
    pub draft: DraftId,
    /// What happens.
    pub what: What,
}

/// What an author does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Says something.
    Message {
        /// The text.
        body: String,
    },
    /// Gives an own message another text.
    Edit {
        /// The message's `seq`.
        message: u64,
        /// The revision that the author saw.
        revision: u64,
        /// The new text.
        body: String,
    },
    /// Takes an own message back.
    Deletion {
        /// The message's `seq`.
        message: u64,
        /// The revision that the author saw.
        revision: u64,
    },
    /// Reacts to a message, or takes that back.
    Reaction {
        /// The message's `seq`.
        message: u64,
        /// With what.
        emoji: Emoji,
        /// False takes it back.
        on: bool,
    },
}

/// A message that wants a place in a topic's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Where.
    pub topic: TopicName,
    /// By whom; from the session, never from a frame.
    pub author: Author,
    /// The author's id for it; `(author, draft)` is unique for ever.
    pub draft: DraftId,
    /// The text.
    pub body: String,
}

impl From<NewMessage> for NewEvent {
    fn from(message: NewMessage) -> Self {
        let NewMessage { topic, author, draft, body } = message;
        Self { topic, author, draft, what: What::Message { body } }
    }
}

impl NewEvent {
    /// As the event that it becomes at its place.
    pub(super) fn at(self, seq: u64, at: Timestamp) -> Event {
        let Self { topic, author, draft, what } = self;
        let kind = match what {
            What::Message { body } => EventKind::message(draft, body),
            What::Edit { message, body, .. } => EventKind::Edit { draft, message, body: Some(body) },
            What::Deletion { message, .. } => EventKind::Deletion { draft, message },
            What::Reaction { message, emoji, on } => EventKind::Reaction { draft, message, emoji, on },
        };
        Event { topic, seq, at, author, kind }
    }
}
