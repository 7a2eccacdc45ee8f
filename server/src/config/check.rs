//! Settings that are each of their form may still make no sense together.

use super::{Limits, Settings};

/// A setting that contradicts another or makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Nothing would pass.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// Beyond any use.
    #[error("{0} must be at most {MOST_SECONDS} seconds")]
    TooLong(&'static str),
    /// JSON may take two bytes for one; a message must fit into a frame all the same.
    #[error("frame-bytes must be at least {0}: twice body-bytes and 1024")]
    FrameTooSmall(usize),
    /// Browsers send that much.
    #[error("head-bytes must be at least {LEAST_HEAD_BYTES}")]
    HeadTooSmall,
}

/// The smallest buffer that hyper takes.
const LEAST_HEAD_BYTES: usize = 8_192;

/// A day.
const MOST_SECONDS: u64 = 86_400;

impl Settings {
    /// Whether the settings make sense together.
    pub fn check(&self) -> Result<(), SettingError> {
        let Limits { frame_bytes, body_bytes, .. } = self.limits;
        let seconds = [
            ("ping-seconds", self.ping_seconds),
            ("pong-seconds", self.pong_seconds),
            ("shutdown-seconds", self.shutdown_seconds),
            ("database-wait-seconds", self.database_wait_seconds),
            ("hello-seconds", self.limits.hello_seconds),
            ("write-seconds", self.limits.write_seconds),
            ("head-seconds", self.limits.head_seconds),
            ("request-seconds", self.limits.request_seconds),
            ("idle-seconds", self.limits.idle_seconds),
        ];
        if let Some((name, _)) = seconds.into_iter().find(|(_, seconds)| *seconds > MOST_SECONDS) {
            return Err(SettingError::TooLong(name));
        }
        let counts = [
            ("body-bytes", body_bytes),
            ("max-connections", self.limits.max_connections),
            ("max-subscriptions", self.limits.max_subscriptions),
            ("in-flight", self.limits.in_flight),
            ("commit-queue", self.limits.commit_queue),
            ("database-timeout-ms", self.limits.database_timeout_ms as usize),
            ("stall-ms", self.limits.stall_ms as usize),
            ("recent-topics", self.limits.recent_topics),
            ("pending-bytes", self.limits.pending_bytes),
            ("rate-strikes", self.limits.rate_strikes as usize),
            ("hello-seconds", self.limits.hello_seconds as usize),
            ("write-seconds", self.limits.write_seconds as usize),
            ("shutdown-seconds", self.shutdown_seconds as usize),
            ("max-http-connections", self.limits.max_http_connections),
            ("head-seconds", self.limits.head_seconds as usize),
            ("request-seconds", self.limits.request_seconds as usize),
            ("idle-seconds", self.limits.idle_seconds as usize),
            ("lowest-bytes-per-second", self.limits.lowest_bytes_per_second as usize),
        ];
        if let Some((name, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(SettingError::Zero(name));
        }
        if self.limits.head_bytes < LEAST_HEAD_BYTES {
            return Err(SettingError::HeadTooSmall);
        }
        let smallest = body_bytes.saturating_mul(2).saturating_add(1_024);
        if frame_bytes < smallest { Err(SettingError::FrameTooSmall(smallest)) } else { Ok(()) }
    }
}
