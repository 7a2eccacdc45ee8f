//! Frames: what a client and a server say to each other.

mod client;
mod defaults;
mod server;

use serde::{Deserialize, Serialize};

use super::{DraftId, Epoch};
pub use client::ClientFrame;
pub use server::ServerFrame;

/// The version of the wire that `hello` names.
pub const PROTOCOL_VERSION: u32 = 1;

/// A place in a topic's log: `seq` was the last event that the client has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The history that `seq` belongs to.
    pub epoch: Epoch,
    /// The last event the client has; 0 for none.
    pub seq: u64,
    /// The draft id of that event. A restored backup whose log has grown past `seq` has another event there, and the position
    /// is then one of another history. Clients that know none are checked by number only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
}

/// A part of a topic's log.
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

/// How a subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionMode {
    /// With the newest events.
    Tail,
    /// After the position that the client named; whatever `events` leaves out follows as `event` frames.
    Resume,
    /// The position belongs to another history: forget what you have; these are the newest events.
    Reset,
}

/// The limits in force, in `welcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WelcomeLimits {
    /// The largest frame, in bytes.
    pub frame_bytes: usize,
    /// The largest body, in bytes of UTF-8.
    pub body_bytes: usize,
    /// The longest name, in characters.
    pub name_chars: usize,
    /// Subscriptions a connection.
    pub subscriptions: usize,
}
