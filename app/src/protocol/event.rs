//! What stands in a topic's log.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{About, DraftId, Emoji, Name, Timestamp, TopicName, UserId, plain_text};

/// Who made an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Author {
    /// The identity, from the session.
    pub user: UserId,
    /// The name they went by at that moment.
    pub name: Name,
    /// True when the name was claimed in the text of a message (the plain dialect) rather than held by a session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
}

/// One entry of a topic's log. Its `seq` counts 1, 2, 3 … within the topic's epoch, without holes; below 2^53.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// The topic whose log this stands in.
    pub topic: TopicName,
    /// The place in that log.
    pub seq: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// Who made it.
    pub author: Author,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What an event says happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody said something. Read back from the log it is as it stands now, later changes included.
    Message {
        /// The author's own id for it.
        draft: DraftId,
        /// The text; empty once it was deleted.
        body: String,
        /// The text as sanitised HTML, where that says more than the text itself does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<String>,
        /// Whom it mentions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
        /// The `seq` of the message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
        /// The `seq` of the event that changed the text last; none while it stands as it was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u64>,
        /// Its author took it back: a tombstone keeps its place.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
        /// Who reacted with what, by emoji in the order of their bytes. Only where a message is told as it stands.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reactions: Vec<Reactions>,
    },
    /// An author gave a message another text.
    Edit {
        /// The author's own id for the edit.
        draft: DraftId,
        /// The `seq` of the message.
        message: u64,
        /// The new text; none when a later event has replaced or removed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// That text as HTML, like a message's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<String>,
        /// Whom the new text mentions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
    },
    /// An author took a message back.
    Deletion {
        /// The author's own id for the deletion.
        draft: DraftId,
        /// The `seq` of the message.
        message: u64,
    },
    /// Somebody reacted to a message, or took a reaction back.
    Reaction {
        /// The author's own id for it.
        draft: DraftId,
        /// The `seq` of the message.
        message: u64,
        /// With what.
        emoji: Emoji,
        /// False: no longer.
        on: bool,
    },
    /// Somebody said what the topic is about. As a topic's first event, it made the topic.
    About {
        /// The author's own id for it.
        draft: DraftId,
        /// The new title and description.
        #[serde(flatten)]
        about: About,
    },
    /// A kind that this version does not know. It takes its place in the log and shows nothing.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// Who reacted to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reactions {
    /// With what.
    pub emoji: Emoji,
    /// Who, in the order in which they came.
    pub people: Vec<Person>,
}

/// Somebody, under the name they went by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// The identity.
    pub user: UserId,
    /// The name.
    pub name: Name,
}

impl EventKind {
    /// What a message says, as its reader sees it, without marks; empty for what is no message.
    pub fn plain_text(&self) -> Cow<'_, str> {
        match self {
            Self::Message { html: Some(html), .. } => Cow::Owned(plain_text(html)),
            Self::Message { body, .. } => Cow::Borrowed(body),
            _ => Cow::Borrowed(""),
        }
    }

    /// A message as it is first said.
    pub fn message(draft: DraftId, body: String) -> Self {
        Self::Message {
            draft,
            body,
            html: None,
            mentions: Vec::new(),
            reply_to: None,
            revision: None,
            deleted: false,
            reactions: Vec::new(),
        }
    }

    /// A message that answers another.
    pub fn reply(draft: DraftId, body: String, to: u64) -> Self {
        match Self::message(draft, body) {
            Self::Message { draft, body, html, mentions, revision, deleted, reactions, .. } => {
                Self::Message {
                    draft,
                    body,
                    html,
                    mentions,
                    reply_to: Some(to),
                    revision,
                    deleted,
                    reactions,
                }
            }
            other => other,
        }
    }

    /// The `seq` of the message that this one answers.
    pub fn reply_to(&self) -> Option<u64> {
        match self {
            Self::Message { reply_to, .. } => *reply_to,
            _ => None,
        }
    }

    /// The author's own id for the event; none for a kind that is not known.
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

    /// The `seq` of the message that the event changes; none for a message itself.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Edit { message, .. } | Self::Deletion { message, .. } | Self::Reaction { message, .. } => {
                Some(*message)
            }
            Self::Message { .. } | Self::About { .. } | Self::Unknown => None,
        }
    }
}
