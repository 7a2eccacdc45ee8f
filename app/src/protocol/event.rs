//! What stands in a topic's log.

use serde::{Deserialize, Serialize};

use super::{DraftId, Name, Timestamp, TopicName, UserId};

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
    /// Somebody said something.
    Message {
        /// The author's own id for it.
        draft: DraftId,
        /// The text.
        body: String,
    },
    /// A kind that this version does not know. It takes its place in the log and shows nothing.
    #[serde(other)]
    Unknown,
}
