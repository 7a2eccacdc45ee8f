//! How connections are treated, as the limits have it.

use std::time::Duration;

use super::{PendingBytes, Rate};
use crate::config::Limits;

/// How connections are treated.
#[derive(Debug)]
pub(super) struct Manners {
    pub(super) frame_bytes: usize,
    /// Of frames.
    pub(super) rate: Rate,
    /// How long a peer may take nothing at all of what is written to it.
    pub(super) patience: Duration,
    /// Queued bytes that are written before more is read or taken from the hub.
    pub(super) pending_bytes: usize,
    /// What may wait for all connections together.
    pub(super) pending: PendingBytes,
    /// Within how many milliseconds whoever is sent away comes back.
    pub(super) drain_ms: u64,
}

impl Manners {
    pub(super) fn of(limits: &Limits, drain_ms: u64) -> Self {
        let &Limits { frame_bytes, frames_per_second, frame_burst, write_seconds, pending_bytes, .. } =
            limits;
        let pending = PendingBytes::new(limits.pending_bytes_total);
        let rate = Rate::new(frames_per_second, frame_burst);
        let patience = Duration::from_secs(write_seconds);
        Self { frame_bytes, rate, patience, pending_bytes, pending, drain_ms }
    }
}
