//! The frames that clients and servers exchange.

mod action_frame;
mod client;
mod defaults;
mod server;

use serde::{Deserialize, Serialize};

use super::{DraftId, Epoch};
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
    /// position is refused (`reset`). Without the id, only the number is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
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
