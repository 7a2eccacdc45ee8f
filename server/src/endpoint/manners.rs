//! How connections are treated, as the limits have it.

use std::time::Duration;

use super::rate::Rate;
use crate::config::Limits;

/// How connections are treated.
#[derive(Debug)]
pub(super) struct Manners {
    pub(super) frame_bytes: usize,
    /// Of frames.
    pub(super) rate: Rate,
    /// How long a peer may take nothing at all of what is written to it.
    pub(super) patience: Duration,
    /// Within how many milliseconds whoever is sent away comes back.
    pub(super) drain_ms: u64,
}

impl Manners {
    pub(super) fn of(limits: &Limits, drain_ms: u64) -> Self {
        let &Limits { frame_bytes, frames_per_second, frame_burst, write_seconds, .. } = limits;
        let rate = Rate::new(frames_per_second, frame_burst);
        Self { frame_bytes, rate, patience: Duration::from_secs(write_seconds), drain_ms }
    }
}
