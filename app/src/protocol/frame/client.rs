//! Frames from a client.

use serde::{Deserialize, Serialize};

use super::{
    HistoryRange, Position,
    defaults::{default_limit, default_tail, default_true, is_default_tail, is_true, is_zero},
};
use crate::protocol::{About, AboutChange, DraftId, Emoji, Follow, Name, TopicName};

/// A frame from a client. `ref` is the client's own number for the request; the reply repeats it.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame, at most 10 s after the connection opened.
    Hello {
        /// [`PROTOCOL_VERSION`].
        version: u32,
        /// The new name; absent to keep the session's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Name>,
    },
    /// Changes the name.
    Rename {
        #[serde(rename = "ref")]
        reference: u64,
        /// The new name.
        name: Name,
    },
    /// Subscribes to a topic, from a position or with its newest events.
    Subscribe {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's position; all events after it follow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Position>,
        /// The number of newest events to start with when there is no `since`.
        #[serde(default = "default_tail", skip_serializing_if = "is_default_tail")]
        tail: u32,
        /// Whether the connection receives its own events.
        #[serde(default = "default_true", skip_serializing_if = "is_true")]
        echo: bool,
    },
    /// Unsubscribes from a topic.
    Unsubscribe {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
    },
    /// Publishes a message. A retry with the same `draft` is stored once.
    Publish {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's id for the event, made before the first attempt.
        draft: DraftId,
        /// The text.
        body: String,
        /// The `seq` of the message that it replies to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
    },
    /// Replaces the text of an own message.
    Edit {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's id for the edit, made before the first attempt.
        draft: DraftId,
        /// The message's `seq`.
        message: u64,
        /// The revision of the message that the edit is based on: its `seq`, or that of its latest edit.
        revision: u64,
        /// The new text.
        body: String,
    },
    /// Deletes an own message: its text is removed permanently, a tombstone stays.
    Delete {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's id for the deletion, made before the first attempt.
        draft: DraftId,
        /// The message's `seq`.
        message: u64,
        /// The revision of the message that the author saw: its `seq`, or that of its latest edit.
        revision: u64,
    },
    /// Adds or removes a reaction.
    React {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's id for the reaction, made before the first attempt.
        draft: DraftId,
        /// The message's `seq`.
        message: u64,
        emoji: Emoji,
        /// `false` removes the reaction.
        on: bool,
    },
    /// Requests older messages of a topic, in their current state.
    History {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        #[serde(flatten)]
        span: HistoryRange,
        /// The largest number of messages.
        #[serde(default = "default_limit")]
        limit: u32,
    },
    /// Creates a topic with a title and a description.
    CreateTopic {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's id for the event, made before the first attempt.
        draft: DraftId,
        /// Its title and description.
        #[serde(flatten)]
        about: About,
    },
    /// Changes a topic's title and description; a field that is left out stays as it is.
    Describe {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The client's id for the event, made before the first attempt.
        draft: DraftId,
        /// Its new title, its new description, or both.
        #[serde(flatten)]
        change: AboutChange,
    },
    /// Requests the list of topics, the most recently used first.
    Topics {
        #[serde(rename = "ref")]
        reference: u64,
        /// Words to find in names, titles and descriptions.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        query: String,
        /// The number of topics to skip.
        #[serde(default, skip_serializing_if = "is_zero")]
        skip: u64,
        /// The largest number of results.
        #[serde(default = "default_limit")]
        limit: u32,
    },
    /// Requests the people present in a topic.
    Members {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
    },
    /// Follows, mutes or unfollows a topic.
    Follow {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The way to follow it.
        follow: Follow,
        /// Whether it is at the top of the person's list; if absent, that stays as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        favourite: Option<bool>,
    },
    /// Reports the read position. It decreases only with `unread`. There is no reply.
    Read {
        topic: TopicName,
        /// The last read `seq`.
        seq: u64,
        /// Messages after `seq` are marked as unread.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unread: bool,
    },
    /// Reports that the user is typing, at most once in 3 seconds. There is no reply.
    Typing { topic: TopicName },
    /// Searches for messages, the newest first.
    Search {
        #[serde(rename = "ref")]
        reference: u64,
        /// The query: words, "phrases", `from:`, `before:`, `after:`.
        query: String,
        /// The topic to search in; absent for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<TopicName>,
        /// The cursor of the previous page (`more`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// The time zone offsets of the dates of `before:` and `after:`, in minutes east of UTC: one for each date, in the order of
        /// the query. The last one holds for the rest; without any, dates are days of UTC.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offsets: Vec<i16>,
        /// The largest number of results.
        #[serde(default = "default_limit")]
        limit: u32,
    },
    /// The reply to a `ping`.
    Pong {
        /// The ping's number.
        n: u64,
    },
}

impl ClientFrame {
    /// All frame types, to tell a known type with a wrong field from an unknown type.
    pub const TYPES: [&str; 18] = [
        "hello",
        "rename",
        "subscribe",
        "unsubscribe",
        "publish",
        "edit",
        "delete",
        "react",
        "create_topic",
        "describe",
        "topics",
        "members",
        "follow",
        "read",
        "typing",
        "search",
        "history",
        "pong",
    ];

    /// Returns the draft id of a frame that sends a draft of the outbox.
    pub fn draft(&self) -> Option<DraftId> {
        match self {
            Self::Publish { draft, .. }
            | Self::Edit { draft, .. }
            | Self::Delete { draft, .. }
            | Self::React { draft, .. } => Some(*draft),
            Self::CreateTopic { .. }
            | Self::Describe { .. }
            | Self::Hello { .. }
            | Self::Rename { .. }
            | Self::Subscribe { .. }
            | Self::Unsubscribe { .. }
            | Self::History { .. }
            | Self::Topics { .. }
            | Self::Members { .. }
            | Self::Follow { .. }
            | Self::Read { .. }
            | Self::Typing { .. }
            | Self::Search { .. }
            | Self::Pong { .. } => None,
        }
    }
}
