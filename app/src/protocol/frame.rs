//! Frames: what a client and a server say to each other.

use serde::{Deserialize, Serialize};

use super::{ConnectionId, DraftId, Emoji, Epoch, ErrorCode, Event, Name, Timestamp, TopicName, UserId};

/// The version of the wire that `hello` names.
pub const VERSION: u32 = 1;

/// What a client says. `ref` is its own number for the request, echoed in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame, within 10 s.
    Hello {
        /// [`VERSION`].
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
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
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
        span: Span,
        /// How many messages at the most.
        #[serde(default = "default_history")]
        limit: u32,
    },
    /// The answer to a `ping`.
    Pong {
        /// The ping's number.
        n: u64,
    },
}

impl ClientFrame {
    /// The draft that the frame sends, if it sends one.
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

/// A place in a topic's log: `seq` was the last event that the client has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The history that `seq` belongs to.
    pub epoch: Epoch,
    /// The last event the client has; 0 for none.
    pub seq: u64,
}

/// A part of a topic's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The newest messages before a `seq`.
    Before(u64),
    /// The oldest messages after a `seq`.
    After(u64),
    /// The messages around a `seq`, half of them before it.
    Around(u64),
}

/// How a subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// With the newest events.
    Tail,
    /// After the position that the client named; whatever `events` leaves out follows as `event` frames.
    Resume,
    /// The position belongs to another history: forget what you have; these are the newest events.
    Reset,
}

/// The limits in force, in `welcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsFrame {
    /// The largest frame, in bytes.
    pub frame_bytes: usize,
    /// The largest body, in bytes of UTF-8.
    pub body_bytes: usize,
    /// The longest name, in characters.
    pub name_chars: usize,
    /// Subscriptions a connection.
    pub subscriptions: usize,
}

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// This connection.
        connection: ConnectionId,
        /// Who you are.
        user: UserId,
        /// The name you go by.
        name: Name,
        /// The server's clock.
        now: Timestamp,
        /// A `ping` comes this often, in seconds; 0 means never.
        ping_seconds: u64,
        /// What the server takes.
        limits: LimitsFrame,
    },
    /// The answer to `rename`.
    Renamed {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The name you go by.
        name: Name,
    },
    /// The answer to `subscribe`.
    Subscribed {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// The history that `seq` counts in.
        epoch: Epoch,
        /// The newest event's `seq`; 0 when there is none.
        head: u64,
        /// How the subscription begins.
        mode: Mode,
        /// `resume`: events in the order of `seq`, without holes. `tail`, `reset`: the newest messages as they stand now;
        /// what they do not show of the log up to `head` is no message.
        events: Vec<Event>,
        /// `resume`: more events follow as `event` frames. `tail`, `reset`: there are older messages.
        more: bool,
    },
    /// The answer to `unsubscribe`.
    Unsubscribed {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
    },
    /// Something happened in a topic: the only durable push, the same bytes for everyone.
    Event(Event),
    /// The answer to `history`: all messages from one place to another.
    History {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// The history that `seq` counts in.
        epoch: Epoch,
        /// The newest event's `seq`; the messages stand as they did then, or later.
        head: u64,
        /// The first `seq` that the answer is about; 1: nothing is older.
        from: u64,
        /// The last `seq` that the answer is about; `head`: nothing is newer.
        to: u64,
        /// Every message from `from` to `to`, oldest first.
        events: Vec<Event>,
    },
    /// The answer to `publish`, `edit`, `delete` and `react`: it is on the disk. Comes before the event itself.
    Ack {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The draft.
        draft: DraftId,
        /// Where it stands.
        topic: TopicName,
        /// At which place.
        seq: u64,
        /// True when an earlier try had stored it.
        duplicate: bool,
    },
    /// A request was refused, or a frame was not understood.
    Error {
        /// The request's number, where it could be read.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<u64>,
        /// Why, for programs.
        code: ErrorCode,
        /// Why and what to do, for people.
        message: String,
        /// When to try again, in milliseconds, for refusals that pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
    },
    /// People came to a topic or left it: ephemeral, folded, never stored.
    Presence {
        /// Which topic.
        topic: TopicName,
        /// How many people are there now.
        here: u64,
        /// Names of some who came.
        joined: Vec<Name>,
        /// Names of some who left.
        left: Vec<Name>,
    },
    /// Are you there? Answer with `pong` and the same `n`.
    Ping {
        /// The ping's number.
        n: u64,
    },
    /// The server is going: come back at a random moment within that time.
    Drain {
        /// In milliseconds.
        within_ms: u64,
    },
    /// A frame that this version does not know; it is ignored.
    #[serde(other)]
    Unknown,
}

const DEFAULT_TAIL: u32 = 30;

fn default_history() -> u32 {
    DEFAULT_TAIL
}

fn default_tail() -> u32 {
    DEFAULT_TAIL
}

// serde hands fields over by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_default_tail(tail: &u32) -> bool {
    *tail == DEFAULT_TAIL
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_yes(value: &bool) -> bool {
    *value
}
