//! The fields of the form for a new topic.

use app::{
    page_data::{CreateTopicError, NewTopicFormData, UnsentForm},
    protocol::DraftId,
};
use serde::{Deserialize, Deserializer};

/// Where the form for a new topic is posted to.
pub(crate) const NEW_TOPIC_PATH: &str = "/topics";

/// The fields of the form for a new topic.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NewTopicForm {
    /// Comes with the page, so that posting the form twice creates one topic. Without a valid one the form still counts: posting it
    /// twice then meets the topic that it has created.
    #[serde(default = "DraftId::fresh", deserialize_with = "valid_or_fresh")]
    pub(super) draft: DraftId,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
}

fn valid_or_fresh<'de, D: Deserializer<'de>>(field: D) -> Result<DraftId, D::Error> {
    Ok(draft_of(&String::deserialize(field)?))
}

/// Returns the draft of a form, or a fresh one in place of one that is not valid.
pub(super) fn draft_of(field: &str) -> DraftId {
    field.parse().map_or_else(|_| DraftId::fresh(), DraftId)
}

impl NewTopicForm {
    /// Converts the form for the access page, which keeps it until the secret is given.
    pub(super) fn unsent(self) -> UnsentForm {
        let Self { draft, title, name, description } = self;
        UnsentForm::Topic { draft, title, name, description }
    }

    /// Converts the form for the directory page, which shows it with the error.
    pub(super) fn rejected(self, problem: CreateTopicError) -> NewTopicFormData {
        let Self { draft, title, name, description } = self;
        let draft = if problem == CreateTopicError::DraftConflict { DraftId::fresh() } else { draft };
        NewTopicFormData { draft, title, name, description, problem: Some(problem) }
    }
}
