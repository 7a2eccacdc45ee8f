//! The fields of the message form.

use app::{page_data::UnsentForm, protocol::TopicName};
use serde::Deserialize;

/// The fields of the message form.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PublishForm {
    /// A [`DraftId`](app::protocol::DraftId) that came with the page, so that posting the form twice publishes one message.
    /// Text and not a `DraftId`, since a form without a valid one must be handed back with its text.
    #[serde(default)]
    pub(super) draft: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) message: String,
}

impl PublishForm {
    /// Converts the form for the access page, which keeps it until the secret is given.
    pub(super) fn unsent(self, topic: TopicName) -> UnsentForm {
        let Self { draft, name, message } = self;
        UnsentForm::Message { topic, draft, name, message }
    }
}
