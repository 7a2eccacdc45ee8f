//! The frames that clients and servers exchange.

mod action_frame;
mod client;
mod defaults;
mod server;

use serde::{Deserialize, Serialize};

use super::{DraftId, Epoch, Event, EventIdentity, Timestamp};
pub use action_frame::ActionFrame;
pub use client::ClientFrame;
pub use defaults::DEFAULT_PAGE_SIZE;
pub use server::ServerFrame;

/// The protocol version, sent in `hello`.
pub const PROTOCOL_VERSION: u32 = 1;

/// A position in a topic's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The epoch that `seq` belongs to.
    pub epoch: Epoch,
    /// The `seq` of the last event that the client has; 0 for none.
    pub seq: u64,
    /// The draft id of that event. When a restored backup has grown past `seq` again, another event has that number, and the
    /// position is refused (`reset`). Without `draft` and `at`, only the number is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
    /// The time of that event. A retry may have stored the same draft at the same `seq` of a restored backup; its time differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Position {
    /// Returns the position at `seq`, on the event with this identity, if it is known.
    pub fn new(epoch: Epoch, seq: u64, event: Option<EventIdentity>) -> Self {
        Self { epoch, seq, draft: event.map(|event| event.draft), at: event.map(|event| event.at) }
    }

    /// Returns the position on an event.
    pub fn on(epoch: Epoch, event: &Event) -> Self {
        Self::new(epoch, event.seq, event.identity())
    }

    /// Whether `event`, at `seq` of a log, is the event that the position names.
    pub fn names(&self, event: EventIdentity) -> bool {
        self.draft.is_none_or(|draft| draft == event.draft) && self.at.is_none_or(|at| at == event.at)
    }
}

/// A range of a topic's log, in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HistoryRange {
    /// The newest messages before a `seq`.
    Before(u64),
    /// The oldest messages after a `seq`.
    After(u64),
    /// The messages around a `seq`, half of them before it.
    Around(u64),
}

/// The way in which a subscription starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionMode {
    /// Starts with the newest events.
    Tail,
    /// Continues after the client's position; events that are not in `events` follow as `event` frames.
    Resume,
    /// The position belongs to another epoch: the client drops what it has and starts with the newest events.
    Reset,
}

/// The limits of a connection, in `welcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WelcomeLimits {
    /// The largest frame, in bytes.
    pub frame_bytes: usize,
    /// The largest body, in bytes of UTF-8.
    pub body_bytes: usize,
    /// The longest name, in characters.
    pub name_chars: usize,
    /// The number of subscriptions of a connection.
    pub subscriptions: usize,
}
