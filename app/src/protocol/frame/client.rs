//! What a client says.

use serde::{Deserialize, Serialize};

use super::{
    HistoryRange, Position,
    defaults::{default_limit, default_tail, default_true, is_default_tail, is_true, is_zero},
};
use crate::protocol::{About, AboutChange, DraftId, Emoji, Follow, Name, TopicName};

/// What a client says. `ref` is its own number for the request, echoed in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame, within 10 s.
    Hello {
        /// [`PROTOCOL_VERSION`].
        version: u32,
        /// The name to go by; without it, the session's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Name>,
    },
    /// Go by another name from now on.
    Rename {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The new name.
        name: Name,
    },
    /// Hear a topic: from a position, or its newest events.
    Subscribe {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// The position the client has; everything after it follows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Position>,
        /// How many of the newest events to begin with when there is no `since`.
        #[serde(default = "default_tail", skip_serializing_if = "is_default_tail")]
        tail: u32,
        /// Whether events that this connection publishes come back to it.
        #[serde(default = "default_true", skip_serializing_if = "is_true")]
        echo: bool,
    },
    /// Hear a topic no longer.
    Unsubscribe {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
    },
    /// Say something. A retry with the same `draft` is harmless.
    Publish {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Where.
        topic: TopicName,
        /// The author's id for it, made before the first try.
        draft: DraftId,
        /// The text.
        body: String,
        /// The `seq` of the message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
    },
    /// Give an own message another text.
    Edit {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Where.
        topic: TopicName,
        /// The author's id for the edit, made before the first try.
        draft: DraftId,
        /// The message's `seq`.
        message: u64,
        /// The message's revision that this edit is made of: its `seq`, or that of its latest edit.
        revision: u64,
        /// The new text.
        body: String,
    },
    /// Take an own message back: its text is removed for good, a tombstone stays.
    Delete {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Where.
        topic: TopicName,
        /// The author's id for the deletion, made before the first try.
        draft: DraftId,
        /// The message's `seq`.
        message: u64,
        /// The message's revision that was seen: its `seq`, or that of its latest edit.
        revision: u64,
    },
    /// React to a message, or take a reaction back.
    React {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Where.
        topic: TopicName,
        /// The author's id for the reaction, made before the first try.
        draft: DraftId,
        /// The message's `seq`.
        message: u64,
        /// With what.
        emoji: Emoji,
        /// False takes it back.
        on: bool,
    },
    /// Ask for messages of a topic's past, as they stand now.
    History {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// Which part.
        #[serde(flatten)]
        span: HistoryRange,
        /// How many messages at the most.
        #[serde(default = "default_limit")]
        limit: u32,
    },
    /// Make a topic that is not there, with what it is about.
    CreateTopic {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Its name.
        topic: TopicName,
        /// The author's id for it, made before the first try.
        draft: DraftId,
        /// Its title and description.
        #[serde(flatten)]
        about: About,
    },
    /// Say what a topic is about; a part that is not given stays as it is.
    Describe {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// The author's id for it, made before the first try.
        draft: DraftId,
        /// Its new title, its new description, or both.
        #[serde(flatten)]
        change: AboutChange,
    },
    /// Ask which topics there are, the most recently used first.
    Topics {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Words of their names, titles and descriptions.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        query: String,
        /// How many to leave out.
        #[serde(default, skip_serializing_if = "is_zero")]
        skip: u64,
        /// How many at the most.
        #[serde(default = "default_limit")]
        limit: u32,
    },
    /// Ask who is in a topic now.
    Members {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
    },
    /// Follow a topic, mute it, or do neither.
    Follow {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// How.
        follow: Follow,
    },
    /// This was read. Never goes back, and is not answered.
    Read {
        /// Which topic.
        topic: TopicName,
        /// The last `seq` that was read.
        seq: u64,
    },
    /// Somebody is writing: at most one in 3 seconds; not answered.
    Typing {
        /// Which topic.
        topic: TopicName,
    },
    /// Look for messages, the newest first.
    Search {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// What to look for: words, "phrases", `from:`, `before:`, `after:`.
        query: String,
        /// In which topic; without it, in all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<TopicName>,
        /// Where the answer before this one ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// Where the days of `before:` and `after:` begin, in minutes east of UTC: one for each, in the order of the query. The
        /// last is for those that have none; without any, they are days of UTC.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offsets: Vec<i16>,
        /// How many at the most.
        #[serde(default = "default_limit")]
        limit: u32,
    },
    /// The answer to a `ping`.
    Pong {
        /// The ping's number.
        n: u64,
    },
}

impl ClientFrame {
    /// The types that there are: a known one with a wrong field is told apart from an unknown one.
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

    /// The draft of a message, or of a change of one, that the frame sends: what an author's device keeps until it has a place.
    pub fn draft(&self) -> Option<DraftId> {
        match self {
            Self::Publish { draft, .. }
            | Self::Edit { draft, .. }
            | Self::Delete { draft, .. }
            | Self::React { draft, .. } => Some(*draft),
            _ => None,
        }
    }
}
