//! The fields of the form for the access secret.

use app::{page_data::UnsentForm, protocol::DraftId};
use serde::Deserialize;

/// The fields of the form for the access secret.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AccessForm {
    pub(super) secret: String,
    #[serde(default)]
    /// The path to go to afterwards.
    pub(super) next: String,
    // A form that was posted without the secret travels along in these.
    #[serde(default)]
    draft: String,
    #[serde(default)]
    name: String,
    /// The topic of a message; empty for a new topic.
    #[serde(default)]
    topic: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl AccessForm {
    /// Returns the form that travels along.
    pub(super) fn unsent(&self) -> Option<UnsentForm> {
        let Self { draft, name, topic, message, title, description, .. } = self.clone();
        if let Ok(topic) = topic.parse() {
            return Some(UnsentForm::Message { topic, draft, name, message });
        }
        let draft = DraftId(draft.parse().ok()?);
        Some(UnsentForm::Topic { draft, title, name, description })
    }
}
