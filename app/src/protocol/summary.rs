//! Topics and messages in lists.

use serde::{Deserialize, Serialize};

use super::{About, Event, Timestamp, TopicName};

/// A topic in the directory.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopicSummary {
    pub topic: TopicName,
    /// Its title and description.
    #[serde(flatten)]
    pub about: About,
    /// The `seq` of the newest event.
    pub head: u64,
    /// The number of messages that it has had.
    pub messages: u64,
    /// The time of its newest event.
    pub at: Timestamp,
    /// The number of people present now.
    pub here: u64,
}

/// A message that matches a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchHit {
    /// The message in its current state.
    pub event: Event,
    /// The part of its text around the matches.
    pub snippet: Vec<SnippetPart>,
}

/// A part of a snippet.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SnippetPart {
    pub text: String,
    /// Whether this part matches the query.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hit: bool,
}
