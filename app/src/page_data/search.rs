//! What was looked for, and what was found.

use serde::{Deserialize, Serialize};

use super::directory::escaped;
use crate::protocol::{SearchHit, TopicName};

/// A part of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// As it was typed; empty: nothing yet.
    pub query: String,
    /// Where to look, unless everywhere.
    pub topic: Option<TopicName>,
    /// Where the days of the query begin, in minutes east of UTC; none: they are days of UTC.
    #[serde(default)]
    pub offsets: Vec<i16>,
    /// The messages, newest first.
    pub hits: Vec<SearchHit>,
    /// Whether this begins with the newest.
    pub is_first: bool,
    /// Where to go on, if there are more.
    pub more: Option<String>,
    /// Messages may be missing that the server has not indexed yet.
    #[serde(default)]
    pub incomplete: bool,
    /// Why nothing was looked for.
    pub problem: Option<SearchError>,
}

/// Why nothing was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchError {
    /// No word in it.
    Blank,
    /// It is too long, or has too many words.
    TooLong,
    /// It takes too long to find.
    TooSlow,
    /// A day that is none.
    #[serde(rename = "day")]
    InvalidDay,
    /// No topic's name.
    #[serde(rename = "topic")]
    InvalidTopic,
    /// An address that was cut.
    #[serde(rename = "address")]
    InvalidAddress,
    /// The store does not answer.
    Unavailable,
}

impl SearchPage {
    /// Whether somebody looked for what is not there.
    pub fn found_nothing(&self) -> bool {
        !self.query.is_empty() && self.problem.is_none() && self.hits.is_empty()
    }

    /// The address of the same search, from a place on.
    pub fn href(&self, after: Option<&str>) -> String {
        let mut href = format!("/search?q={}", escaped(&self.query));
        let offsets = (!self.offsets.is_empty()).then(|| join_offsets(&self.offsets));
        let topic = self.topic.as_ref().map(TopicName::as_str);
        for (name, value) in [("topic", topic), ("offsets", offsets.as_deref()), ("after", after)] {
            if let Some(value) = value {
                href.push_str(&format!("&{name}={}", escaped(value)));
            }
        }
        href
    }
}

/// Offsets as an address has them.
pub(crate) fn join_offsets(offsets: &[i16]) -> String {
    offsets.iter().map(i16::to_string).collect::<Vec<_>>().join(",")
}
