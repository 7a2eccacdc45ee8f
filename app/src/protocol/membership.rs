//! A person's place in a topic.

use serde::{Deserialize, Serialize};

use super::{Epoch, TopicName};

/// How a person follows a topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Follow {
    /// Not at all: it is not in their list.
    #[default]
    None,
    /// It is in their list, with what is new.
    Following,
    /// It is in their list and keeps quiet, but for mentions.
    Muted,
}

/// A person's place in a topic they follow, the same on all their devices. Unread is `messages - seen`: it can only be
/// wrong if one of two numbers that only grow is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// Which topic.
    pub topic: TopicName,
    /// What the topic is called; empty: by its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// How they follow it.
    pub follow: Follow,
    /// The history that `seq` counts in.
    pub epoch: Epoch,
    /// The newest event's `seq`; 0 when there is none.
    pub head: u64,
    /// How many messages the topic has had.
    pub messages: u64,
    /// The last `seq` that they have read. It never goes back.
    pub read: u64,
    /// How many messages there had been up to `read`.
    pub seen: u64,
    /// How many messages after `read` mention them.
    pub mentions: u64,
}

impl Membership {
    /// How many messages they have not read.
    pub fn unread(&self) -> u64 {
        self.messages.saturating_sub(self.seen)
    }
}

/// How far a topic has come, and what it is called when that may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// Which topic.
    pub topic: TopicName,
    /// The newest event's `seq`.
    pub head: u64,
    /// How many messages the topic has had.
    pub messages: u64,
    /// What it is called from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}
