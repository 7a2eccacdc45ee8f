//! What the server knows when it renders a page, handed to the browser with the markup so that both draw the same.

mod directory;
mod excerpt;
mod search;
mod topic;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    i18n::Language,
    model::timeline::LogSlice,
    protocol::{About, DraftId, Epoch, Event, Membership, Name, TopicName, UserId},
};
pub use directory::{CreateTopicError, DirectoryPage, NewTopicField, NewTopicFormData};
pub use excerpt::excerpt;
pub(crate) use search::join_offsets;
pub use search::{SearchError, SearchPage};

/// A page as it is shown to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// In which language.
    pub language: Language,
    /// Where it is: path and query of an address that may be opened again.
    pub path: PagePath,
    /// What.
    pub page: Page,
}

/// Path and query of the page's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePath(pub String);

impl Default for PageData {
    fn default() -> Self {
        Self { language: Language::default(), path: PagePath("/".to_owned()), page: Page::NotFound }
    }
}

/// A page in its own markup, as JSON.
pub(crate) struct PageDataJson(pub(crate) PageData);

impl fmt::Display for PageDataJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Page {
    /// Which topics there are.
    Directory(DirectoryPage),
    /// A topic.
    Topic(TopicPage),
    /// What was looked for, and what was found.
    Search(SearchPage),
    /// The door: this server wants its access secret first.
    Access(AccessPage),
    /// Nothing is there.
    NotFound,
}

/// A topic with some of its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicPage {
    /// Which topic.
    pub topic: TopicName,
    /// The history that `seq` counts in.
    pub epoch: Epoch,
    /// The newest messages, or those around the target.
    pub part: LogSlice,
    /// The draft id of the event at the part's head: where the page goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_draft: Option<DraftId>,
    /// The message that the page was opened at.
    pub target: Option<u64>,
    /// Who the visitor is.
    pub user: UserId,
    /// The name the visitor goes by.
    pub name: Name,
    /// The draft id of the plain form, so that sending it twice says it once.
    pub draft: DraftId,
    /// The largest body, in bytes of UTF-8.
    pub body_bytes: usize,
    /// What the topic is about.
    pub about: About,
    /// The topics that the visitor follows.
    pub memberships: Vec<Membership>,
    /// Messages that those of the part answer and that are not in it.
    pub quoted: Vec<Event>,
}

/// The form that takes the access secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPage {
    /// The path to go to afterwards, with its query.
    pub next: String,
    /// Whether a wrong secret was given just now.
    pub wrong: bool,
    /// A message that was posted without the secret: the form carries it, and it is handed back afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<UnsentMessage>,
}

/// A message as a plain form has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsentMessage {
    /// Where it was to go.
    pub topic: TopicName,
    /// Its draft id, as it was posted.
    pub draft: String,
    /// The name that its author gave.
    pub name: String,
    /// The text.
    pub message: String,
}
