//! Finding messages: what is looked for, what is found, and the words that both are compared by. Pure; the index itself
//! is the store's.

mod day;
pub(in crate::event_log) mod fold;
mod forms;
mod parts;
mod query;
pub(in crate::event_log) mod signs;
mod snippet;

use app::protocol::{Event, SearchHit, TopicName};
use sea_orm::DbErr;

use super::ReadError;
use crate::database::DeadlineError;

pub use day::offsets_of;
pub use query::{Query, QueryError};

/// The most messages that one answer may hold.
const MOST: u32 = 100;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What to look for.
    pub query: Query,
    /// Where the answer before this one ended.
    pub after: Option<Cursor>,
    /// How many messages at the most.
    pub limit: u64,
}

/// The place of a message among all, by its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(pub(in crate::event_log) i64);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// The messages as they stand, newest first.
    pub hits: Vec<SearchHit>,
    /// Where to go on, when there are more.
    pub more: Option<Cursor>,
    /// Whether all messages that were acknowledged before the search could be found by it.
    pub complete: bool,
}

impl Default for Hits {
    fn default() -> Self {
        Self { hits: Vec::new(), more: None, complete: true }
    }
}

/// Why nothing was found.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    /// The search took longer than it may (search-ms), and was interrupted.
    #[error("the search took too long")]
    TooSlow,
    /// The store does not answer.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
}

impl From<DbErr> for SearchError {
    fn from(error: DbErr) -> Self {
        Self::Unreadable(error.into())
    }
}

impl From<DeadlineError> for SearchError {
    fn from(error: DeadlineError) -> Self {
        match error {
            DeadlineError::Exceeded => Self::TooSlow,
            DeadlineError::Database(error) => error.into(),
        }
    }
}

impl Search {
    /// A question as it was typed. `topic` is where to look unless the words themselves say it; `after` is the `more` of
    /// an answer.
    pub fn parse(
        query: &str,
        topic: Option<TopicName>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Self, QueryError> {
        Self::parse_at(query, &[], topic, after, limit)
    }

    /// The same of a reader whose days begin so many minutes east of UTC: one for each day in the query; the last is for those
    /// that have none.
    pub fn parse_at(
        query: &str,
        offsets: &[i16],
        topic: Option<TopicName>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Self, QueryError> {
        let mut query = Query::parse_at(query, offsets)?;
        query.topic = query.topic.or(topic);
        let after = after.map(str::parse).transpose()?;
        Ok(Self { query, after, limit: limit.clamp(1, MOST).into() })
    }

    /// A message that was found.
    pub(in crate::event_log) fn hit(&self, event: Event) -> SearchHit {
        SearchHit { snippet: snippet::snippet(&event.kind.plain_text(), &self.query.terms), event }
    }
}

impl std::str::FromStr for Cursor {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        text.parse().ok().filter(|&place| place > 0).map(Self).ok_or(QueryError::Cursor)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
