//! The events of a topic's log.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{
    About, AboutChange, Action, DraftId, Emoji, Name, RenderedText, Timestamp, TopicName, UserId, plain_text,
};

/// The author of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Author {
    /// The author's identity, from the session.
    pub user: UserId,
    /// The author's name when the event was committed.
    pub name: Name,
    /// True when the name comes from the text of a message (the plain dialect) instead of a session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
}

/// One entry of a topic's log. Its `seq` counts 1, 2, 3 … within the topic's epoch, without gaps; below 2^53.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// The topic whose log contains the event.
    pub topic: TopicName,
    /// The event's number in that log.
    pub seq: u64,
    /// The time of the commit.
    pub at: Timestamp,
    pub author: Author,
    /// The kind of the event, with its content.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Identifies an event at its `seq`. After a restore, the log may hold another event at that `seq`, or the same draft again because
/// its author retried. The time of the commit then differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventIdentity {
    /// The id that the author gave the event.
    pub draft: DraftId,
    /// The time of the commit.
    pub at: Timestamp,
}

impl Event {
    /// Returns the event's identity; `None` for a kind that this version does not know.
    pub fn identity(&self) -> Option<EventIdentity> {
        self.kind.draft().map(|draft| EventIdentity { draft, at: self.at })
    }
}

/// The kind of an event, with its content.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// A message. Read from the log, it is in its current state, later changes included.
    Message {
        /// The id that the author gave the event.
        draft: DraftId,
        /// The text; empty after a deletion.
        body: String,
        /// The text as sanitised HTML, where it differs from the plain text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<String>,
        /// The people that the text mentions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
        /// The `seq` of the message that this one replies to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
        /// The `seq` of the last event that changed the text; absent while the text is unchanged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u64>,
        /// The author deleted the message; only a tombstone is left.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
        /// The reactions, sorted by the bytes of their emoji. Present only where a message is sent in its current state.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reactions: Vec<Reactions>,
    },
    /// An author replaced the text of a message.
    Edit {
        /// The id that the author gave the edit.
        draft: DraftId,
        /// The `seq` of the message.
        message: u64,
        /// The new text; absent when a later event has replaced or removed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// The new text as HTML, like a message's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<String>,
        /// The people that the new text mentions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
    },
    /// An author deleted a message.
    Deletion {
        /// The id that the author gave the deletion.
        draft: DraftId,
        /// The `seq` of the message.
        message: u64,
    },
    /// A person added or removed a reaction.
    Reaction {
        /// The id that the author gave the event.
        draft: DraftId,
        /// The `seq` of the message.
        message: u64,
        emoji: Emoji,
        /// False when the reaction was removed.
        on: bool,
    },
    /// A person changed the topic's title and description. As the first event of a log, it created the topic.
    About {
        /// The id that the author gave the event.
        draft: DraftId,
        /// The new title and description.
        #[serde(flatten)]
        about: About,
    },
    /// A kind that this version does not know. It has a `seq` like any other and shows nothing.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// The people who reacted to a message with one emoji.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reactions {
    pub emoji: Emoji,
    /// The people, in the order of their reactions.
    pub people: Vec<Person>,
}

/// A person, with the name at that time.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// The identity.
    pub user: UserId,
    pub name: Name,
}

impl EventKind {
    /// Returns the text of a message as a reader sees it, without markup; empty for other kinds.
    pub fn plain_text(&self) -> Cow<'_, str> {
        match self {
            Self::Message { html: Some(html), .. } => Cow::Owned(plain_text(html)),
            Self::Message { body, .. } => Cow::Borrowed(body),
            _ => Cow::Borrowed(""),
        }
    }

    /// Returns the event that an action becomes once it is committed.
    pub fn from_action(action: Action, draft: DraftId, rendered: RenderedText) -> Self {
        let RenderedText { html, mentions } = rendered;
        match action {
            Action::Publish { body, reply_to } => Self::Message {
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
                Self::Edit { draft, message, body: Some(body), html, mentions }
            }
            Action::Delete { message, .. } => Self::Deletion { draft, message },
            Action::React { message, emoji, on } => Self::Reaction { draft, message, emoji, on },
            Action::Describe { change: AboutChange { about, .. }, .. } => Self::About { draft, about },
        }
    }

    /// Creates a new message without markup.
    pub fn message(draft: DraftId, body: String) -> Self {
        Self::from_action(Action::Publish { body, reply_to: None }, draft, RenderedText::default())
    }

    /// Returns the `seq` of the message that this one replies to.
    pub fn reply_to(&self) -> Option<u64> {
        match self {
            Self::Message { reply_to, .. } => *reply_to,
            _ => None,
        }
    }

    /// Returns the id that the author gave the event; `None` for unknown kinds.
    pub fn draft(&self) -> Option<DraftId> {
        match self {
            Self::Message { draft, .. }
            | Self::Edit { draft, .. }
            | Self::Deletion { draft, .. }
            | Self::Reaction { draft, .. }
            | Self::About { draft, .. } => Some(*draft),
            Self::Unknown => None,
        }
    }

    /// Returns the `seq` of the message that the event changes; `None` for messages and descriptions.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Edit { message, .. } | Self::Deletion { message, .. } | Self::Reaction { message, .. } => {
                Some(*message)
            }
            Self::Message { .. } | Self::About { .. } | Self::Unknown => None,
        }
    }

    /// Returns the size of all its texts, in bytes.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Message { body, html, .. } => body.len() + html.as_ref().map_or(0, String::len),
            Self::Edit { body, html, .. } => [body, html].into_iter().flatten().map(String::len).sum(),
            Self::About { about, .. } => about.title().len() + about.description().len(),
            Self::Deletion { .. } | Self::Reaction { .. } | Self::Unknown => 0,
        }
    }

    /// Whether the event replaces or removes the text of a message. The message's earlier texts are removed everywhere then, and
    /// its mentions may have changed.
    pub fn replaces_text(&self) -> bool {
        match self {
            Self::Edit { .. } | Self::Deletion { .. } => true,
            Self::Message { .. } | Self::Reaction { .. } | Self::About { .. } | Self::Unknown => false,
        }
    }
}
