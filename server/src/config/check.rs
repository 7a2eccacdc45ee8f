//! Checks that go beyond one setting's syntax: ranges, and settings that contradict each other.

use super::{Limits, Settings};

/// A setting that is out of range or contradicts another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// With 0, nothing would work.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// Longer than any sensible time, most likely a mistake.
    #[error("{0} must be at most {MAX_SECONDS} seconds")]
    TooLong(&'static str),
    /// A message must fit into a frame, and JSON may escape one byte of it as two.
    #[error("frame-bytes must be at least {0}: twice body-bytes and 1024")]
    FrameTooSmall(usize),
    /// Browsers send heads of that size, and hyper takes no smaller buffer.
    #[error("head-bytes must be at least {MIN_HEAD_BYTES}")]
    HeadTooSmall,
}

/// The smallest buffer that hyper takes.
const MIN_HEAD_BYTES: usize = 8_192;

/// One day.
const MAX_SECONDS: u64 = 86_400;

impl Settings {
    /// Checks the settings; the error names the first that is wrong.
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
        if let Some((name, _)) = seconds.into_iter().find(|(_, seconds)| *seconds > MAX_SECONDS) {
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
        if self.limits.head_bytes < MIN_HEAD_BYTES {
            return Err(SettingError::HeadTooSmall);
        }
        let smallest = body_bytes.saturating_mul(2).saturating_add(1_024);
        if frame_bytes < smallest { Err(SettingError::FrameTooSmall(smallest)) } else { Ok(()) }
    }
}
