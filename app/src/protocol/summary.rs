//! A topic, and a message, as lists show them.

use serde::{Deserialize, Serialize};

use super::{About, Event, Timestamp, TopicName};

/// A topic as the directory shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopicSummary {
    /// Its name.
    pub topic: TopicName,
    /// What it says about itself.
    #[serde(flatten)]
    pub about: About,
    /// The newest event's `seq`.
    pub head: u64,
    /// How many messages it has had.
    pub messages: u64,
    /// When something happened in it last.
    pub at: Timestamp,
    /// How many people are there now.
    pub here: u64,
}

/// A message that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchHit {
    /// The message, as it stands.
    pub event: Event,
    /// The part of its text around what was looked for.
    pub snippet: Vec<SnippetPart>,
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SnippetPart {
    /// Its text.
    pub text: String,
    /// Whether this is what was looked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hit: bool,
}
