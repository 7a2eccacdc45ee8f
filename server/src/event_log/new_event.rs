//! What wants a place in a log.

use std::net::IpAddr;

use app::protocol::{
    About, AboutFields, Author, DraftId, Emoji, Event, EventKind, Timestamp, TopicName, UserId,
};

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
    /// What its text is shown as.
    pub rendered: Rendered,
    /// Whose share of new topics it takes, if it begins one; `None` is not limited.
    pub address: Option<IpAddr>,
}

/// What is made of a text once, when it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// As sanitised HTML, where that says more than the text.
    pub html: Option<String>,
    /// Whom it mentions.
    pub mentions: Vec<UserId>,
}

/// What an author does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Says something.
    Message {
        /// The text.
        body: String,
        /// The `seq` of the message that it answers.
        reply_to: Option<u64>,
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
    /// Says what the topic is about.
    About {
        /// Its title and description.
        about: About,
        /// The topic must not be there yet.
        new: bool,
        /// Which of both it says; the other stays as it is.
        part: AboutFields,
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
        Self::new(topic, author, draft, What::Message { body, reply_to: None })
    }
}

impl NewEvent {
    /// An event whose text is shown as it is.
    pub fn new(topic: TopicName, author: Author, draft: DraftId, what: What) -> Self {
        Self { topic, author, draft, what, rendered: Rendered::default(), address: None }
    }

    /// The same event, from this address.
    pub fn from_address(self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self }
    }

    /// As the event that it becomes at its place.
    pub(super) fn at(self, seq: u64, at: Timestamp) -> Event {
        let Self { topic, author, draft, what, rendered: Rendered { html, mentions }, .. } = self;
        let kind = match what {
            What::Message { body, reply_to } => EventKind::Message {
                draft,
                body,
                html,
                mentions,
                reply_to,
                revision: None,
                deleted: false,
                reactions: Vec::new(),
            },
            What::Edit { message, body, .. } => {
                EventKind::Edit { draft, message, body: Some(body), html, mentions }
            }
            What::Deletion { message, .. } => EventKind::Deletion { draft, message },
            What::Reaction { message, emoji, on } => EventKind::Reaction { draft, message, emoji, on },
            What::About { about, .. } => EventKind::About { draft, about },
        };
        Event { topic, seq, at, author, kind }
    }
}
