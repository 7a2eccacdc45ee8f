//! The limits and timeouts of connections.

use std::time::Duration;

use super::{PendingBytes, Rate};
use crate::config::Limits;

#[derive(Debug)]
pub(super) struct ConnectionConfig {
    /// The longest message, in bytes.
    pub(super) max_message_bytes: usize,
    /// The rate of WebSocket frames that one connection may send.
    pub(super) frame_rate: Rate,
    /// A peer that accepts no byte for this long is disconnected.
    pub(super) write_timeout: Duration,
    /// High-water mark of the write queue: with so many bytes queued, the connection writes before it reads from the peer or
    /// the hub again.
    pub(super) write_queue_bytes: usize,
    /// The budget for the queued bytes of all connections.
    pub(super) pending: PendingBytes,
    /// Clients that are disconnected by a shutdown reconnect within this many milliseconds.
    pub(super) drain_ms: u64,
}

impl ConnectionConfig {
    pub(super) fn new(limits: &Limits, drain_ms: u64) -> Self {
        Self {
            max_message_bytes: limits.frame_bytes,
            frame_rate: Rate::new(limits.frames_per_second, limits.frame_burst),
            write_timeout: Duration::from_secs(limits.write_seconds),
            write_queue_bytes: limits.pending_bytes,
            pending: PendingBytes::new(limits.pending_bytes_total),
            drain_ms,
        }
    }
}
