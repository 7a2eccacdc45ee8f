//! How a connection is treated, as the limits have it.

use std::time::Duration;

use crate::config::Limits;

/// How a connection is treated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    pub(super) frame_bytes: usize,
    pub(super) frames_per_second: u32,
    pub(super) frame_burst: u32,
    /// How long a peer may take nothing at all of what is written to it.
    pub(super) patience: Duration,
    /// Within how many milliseconds whoever is sent away comes back.
    pub(super) drain_ms: u64,
}

impl Manners {
    pub(super) fn of(limits: &Limits, drain_ms: u64) -> Self {
        let &Limits { frame_bytes, frames_per_second, frame_burst, write_seconds, .. } = limits;
        Self {
            frame_bytes,
            frames_per_second,
            frame_burst,
            patience: Duration::from_secs(write_seconds),
            drain_ms,
        }
    }
}
