//! What stands in a topic's log.

use serde::{Deserialize, Serialize};

use super::{DraftId, Emoji, Name, Timestamp, TopicName, UserId};

/// Who made an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody said something. Read back from the log it is as it stands now, later changes included.
    Message {
        /// The author's own id for it.
        draft: DraftId,
        /// The text; empty once it was deleted.
        body: String,
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
    /// A kind that this version does not know. It takes its place in the log and shows nothing.
    #[serde(other)]
    Unknown,
}

/// Who reacted to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reactions {
    /// With what.
    pub emoji: Emoji,
    /// Who, in the order in which they came.
    pub people: Vec<Person>,
}

/// Somebody, under the name they went by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// The identity.
    pub user: UserId,
    /// The name.
    pub name: Name,
}

impl EventKind {
    /// A message as it is first said.
    pub fn message(draft: DraftId, body: String) -> Self {
        Self::Message { draft, body, revision: None, deleted: false, reactions: Vec::new() }
    }

    /// The author's own id for the event; none for a kind that is not known.
    pub fn draft(&self) -> Option<DraftId> {
        match self {
            Self::Message { draft, .. }
            | Self::Edit { draft, .. }
            | Self::Deletion { draft, .. }
            | Self::Reaction { draft, .. } => Some(*draft),
            Self::Unknown => None,
        }
    }

    /// The `seq` of the message that the event changes; none for a message itself.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Edit { message, .. } | Self::Deletion { message, .. } | Self::Reaction { message, .. } => {
                Some(*message)
            }
            Self::Message { .. } | Self::Unknown => None,
        }
    }
}
