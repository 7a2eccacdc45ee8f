//! The data from which the server renders a page. The markup contains it as JSON, so that the browser renders the same page
//! when it hydrates.

mod appearance;
mod base_path;
mod closed_sections;
mod directory;
mod excerpt;
mod search;
mod topic;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    i18n::Language,
    model::conversation::TopicSnapshot,
    protocol::{DraftId, TopicName},
};
pub use appearance::Appearance;
pub use base_path::{BasePath, MAX_BASE_PATH_BYTES};
pub(crate) use closed_sections::ClosedSections;
pub use directory::{
    CreateTopicError, DirectoryPage, DirectoryTopic, MessageExcerpt, NewTopicField, NewTopicFormData,
};
pub use excerpt::{excerpt, isolated_excerpt};
pub(crate) use search::join_offsets;
pub use search::{SearchError, SearchPage};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    pub language: Language,
    /// The path and query of the page, which can be opened again.
    pub path: PagePath,
    /// The content.
    pub page: Page,
}

/// A path with its query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePath(pub String);

impl Default for PageData {
    fn default() -> Self {
        Self { language: Language::default(), path: PagePath("/".to_owned()), page: Page::NotFound }
    }
}

/// The data of a page as JSON, embedded in its markup.
pub(crate) struct PageDataJson(pub(crate) PageData);

impl fmt::Display for PageDataJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// The content of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Page {
    /// The list of topics.
    Directory(DirectoryPage),
    Topic(TopicPage),
    /// A search and its results.
    Search(SearchPage),
    /// The form for the access secret.
    Access(AccessPage),
    /// No page exists at this address.
    NotFound,
}

/// A topic with some of its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicPage {
    /// The topic and its messages: the newest, or those around the target.
    #[serde(flatten)]
    pub snapshot: TopicSnapshot,
    /// The message that the URL links to.
    pub target: Option<u64>,
    /// The draft id of the form without JavaScript, so that submitting it twice publishes one message.
    pub draft: DraftId,
    /// The largest body, in bytes of UTF-8.
    pub body_bytes: usize,
    /// Whether the person may open the pages of moderators and owners.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub staff: bool,
}

/// The form that takes the access secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPage {
    /// The path and query to continue with.
    pub next: String,
    /// Whether the submitted secret was wrong.
    pub wrong: bool,
    /// A form that was posted without the secret. The form for the secret carries its fields, so that it can be sent afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<UnsentForm>,
}

/// The fields, as they were posted, of a form that was not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsentForm {
    Message {
        topic: TopicName,
        /// The draft id.
        draft: String,
        /// The author's name.
        name: String,
        /// The text.
        message: String,
    },
    /// A new topic.
    Topic {
        draft: DraftId,
        title: String,
        /// The name in the address.
        name: String,
        description: String,
    },
}

impl UnsentForm {
    /// Returns the fields with the names under which the form for the access secret carries them.
    pub fn into_fields(self) -> [(&'static str, String); 4] {
        match self {
            Self::Message { topic, draft, name, message } => {
                [("topic", topic.to_string()), ("draft", draft), ("name", name), ("message", message)]
            }
            Self::Topic { draft, title, name, description } => {
                [("draft", draft.to_string()), ("title", title), ("name", name), ("description", description)]
            }
        }
    }
}
