//! Memberships of people in topics.

use serde::{Deserialize, Serialize};

use super::{Epoch, TopicName};

/// The way in which a person follows a topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Follow {
    /// Not followed: the topic is not in their list.
    #[default]
    None,
    /// Followed: the topic is in their list, with its unread messages.
    Following,
    /// Muted: the topic is in their list, and only mentions notify.
    Muted,
}

/// A person's membership in a topic that they follow, the same on all their devices. The number of unread messages is
/// `messages - seen`. Both only grow, except that the person can mark messages as unread.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    pub topic: TopicName,
    /// The topic's title; empty when it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The way in which they follow it.
    pub follow: Follow,
    /// The epoch that every `seq` belongs to.
    pub epoch: Epoch,
    /// The `seq` of the newest event; 0 for an empty log.
    pub head: u64,
    /// The number of messages that the topic has had.
    pub messages: u64,
    /// The last `seq` that they have read. It decreases only when `rewinds` increases.
    pub read: u64,
    /// The number of messages up to `read`.
    pub seen: u64,
    /// The number of messages after `read` that mention them.
    pub mentions: u64,
    /// The number of times that they marked messages as unread; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewinds: Option<u64>,
    /// Whether they want the topic at the top of their list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub favourite: bool,
}

impl Membership {
    /// Returns the membership in a topic without messages.
    pub fn empty(topic: TopicName, epoch: Epoch, follow: Follow) -> Self {
        Self {
            topic,
            title: String::new(),
            follow,
            epoch,
            head: 0,
            messages: 0,
            read: 0,
            seen: 0,
            mentions: 0,
            rewinds: None,
            favourite: false,
        }
    }

    /// Returns the number of unread messages.
    pub fn unread(&self) -> u64 {
        self.messages.saturating_sub(self.seen)
    }
}

/// The progress of a topic, with its title when that may have changed.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    pub topic: TopicName,
    /// The `seq` of the newest event.
    pub head: u64,
    /// The number of messages that the topic has had.
    pub messages: u64,
    /// The topic's new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}
