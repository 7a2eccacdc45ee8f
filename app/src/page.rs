//! What the server knows when it renders a page, handed to the browser with the markup so that both draw the same.

use serde::{Deserialize, Serialize};

use crate::{
    protocol::{DraftId, Epoch, Name, TopicName, UserId},
    timeline::Part,
};

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Page {
    /// A topic.
    Topic(TopicPage),
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
    pub part: Part,
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
}

/// The form that takes the access secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPage {
    /// The path to go to afterwards.
    pub next: String,
    /// Whether a wrong secret was given just now.
    pub wrong: bool,
}
