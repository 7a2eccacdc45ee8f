//! The fields of the form for a new topic.

use app::{
    page_data::{CreateTopicError, NewTopicFormData, UnsentForm},
    protocol::DraftId,
};
use serde::Deserialize;

/// Where the form for a new topic is posted to.
pub(crate) const NEW_TOPIC_PATH: &str = "/topics";

/// The fields of the form for a new topic.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NewTopicForm {
    /// Comes with the page, so that posting the form twice creates one topic.
    pub(super) draft: DraftId,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
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
