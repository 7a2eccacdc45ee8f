//! Settings that contradict each other. The range of a single setting is in its `value_parser`.

use super::Settings;

/// A setting that contradicts another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// A message must fit into a frame, and JSON may escape one byte of it as two.
    #[error("frame-bytes must be at least {0}: twice body-bytes and 1024")]
    FrameTooSmall(usize),
}

impl Settings {
    /// Errors: a setting contradicts another.
    pub fn check(&self) -> Result<(), SettingError> {
        let smallest = self.limits.body_bytes.saturating_mul(2).saturating_add(1_024);
        if self.limits.frame_bytes < smallest { Err(SettingError::FrameTooSmall(smallest)) } else { Ok(()) }
    }
}
