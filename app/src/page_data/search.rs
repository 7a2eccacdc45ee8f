//! A search for messages and its results.

use serde::{Deserialize, Serialize};

use super::directory::escaped;
use crate::protocol::{SearchHit, TopicName};

/// A page of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// The query as it was typed; empty before the first search.
    pub query: String,
    /// The topic to search in; `None` for all.
    pub topic: Option<TopicName>,
    /// The time zone offsets of the dates in the query, in minutes east of UTC; empty for UTC.
    #[serde(default)]
    pub offsets: Vec<i16>,
    /// The hits, newest first.
    pub hits: Vec<SearchHit>,
    /// Whether this is the first page.
    pub is_first: bool,
    /// The cursor of the next page, if there is one.
    pub more: Option<String>,
    /// Hits may be missing, because the server has not indexed the newest messages yet.
    #[serde(default)]
    pub incomplete: bool,
    pub problem: Option<SearchError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchError {
    /// The query has no word.
    Blank,
    /// The query is too long, or has too many words.
    TooLong,
    /// The search timed out.
    TooSlow,
    /// A date is not valid.
    #[serde(rename = "day")]
    InvalidDay,
    /// The topic's name is not valid.
    #[serde(rename = "topic")]
    InvalidTopic,
    /// The cursor or the offsets in the URL are not valid.
    #[serde(rename = "address")]
    InvalidAddress,
    /// The database is not available.
    Unavailable,
}

impl SearchPage {
    /// Whether the search has no results.
    pub fn found_nothing(&self) -> bool {
        !self.query.is_empty() && self.problem.is_none() && self.hits.is_empty()
    }

    /// Returns the URL of the same search from a cursor on.
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

/// Returns offsets in the form of the URL.
pub(crate) fn join_offsets(offsets: &[i16]) -> String {
    offsets.iter().map(i16::to_string).collect::<Vec<_>>().join(",")
}
