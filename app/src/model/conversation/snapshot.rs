use serde::{Deserialize, Serialize};

use crate::{
    model::timeline::LogSlice,
    protocol::{About, DraftId, Epoch, Event, Membership, Name, Timestamp, TopicName, UserId},
};

/// A topic at one moment, for one reader: the state that a [`Conversation`](super::Conversation) starts from.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSnapshot {
    pub topic: TopicName,
    /// The epoch that every `seq` belongs to.
    pub epoch: Epoch,
    /// The newest messages, or those around a message that the reader asked for.
    pub part: LogSlice,
    /// The draft id of the event at the head of the slice, from which the page subscribes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_draft: Option<DraftId>,
    /// The time of that event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_at: Option<Timestamp>,
    /// The reader's identity.
    pub user: UserId,
    /// The reader's name.
    pub name: Name,
    /// The topic's title and description.
    pub about: About,
    /// The topics that the reader follows.
    pub memberships: Vec<Membership>,
    /// Messages outside of the slice that messages of the slice reply to.
    pub quoted: Vec<Event>,
}
