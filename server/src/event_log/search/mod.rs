//! Message search without the index: parsing queries, splitting texts into words, and snippets of hits. Pure functions; the
//! index is in `store::search`.

mod day;
mod letter_variants;
mod query;
mod query_error;
mod snippet;
pub(in crate::event_log) mod symbols;
pub(in crate::event_log) mod tokenizer;

use app::protocol::{Event, SearchHit, TopicName};
use sea_orm::DbErr;

use super::ReadError;
use crate::database::DeadlineError;

pub use day::parse_utc_offsets;
pub use query::ParsedQuery;
pub use query_error::QueryError;

/// The most messages on one page of hits.
const MAX_HITS: u32 = 100;

/// A search request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub query: ParsedQuery,
    /// The cursor of the previous page.
    pub after: Option<SearchCursor>,
    /// The most messages to return.
    pub limit: u64,
}

/// The id of a message in the index, which orders all messages by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchCursor(pub(in crate::event_log) i64);

/// A page of search results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// The messages in their current state, newest first.
    pub hits: Vec<SearchHit>,
    /// The cursor of the next page; `None` on the last page.
    pub more: Option<SearchCursor>,
    /// Whether all messages that were acknowledged before the search are in the index.
    pub complete: bool,
}

impl Default for Hits {
    fn default() -> Self {
        Self { hits: Vec::new(), more: None, complete: true }
    }
}

/// A failure of a search.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    /// The search took longer than `search-ms` and was interrupted.
    #[error("the search took too long")]
    TooSlow,
    /// The store cannot be read.
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
    /// Parses a query as it was typed, with days in UTC. `topic` is the topic to search in unless the query names one; `after`
    /// is the cursor of the previous page.
    pub fn parse(
        query: &str,
        topic: Option<TopicName>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Self, QueryError> {
        Self::parse_at(query, &[], topic, after, limit)
    }

    /// Does the same as [`Self::parse`] for a reader in another time zone. `utc_offsets` are minutes east of UTC, one for each
    /// day in the query; the last one is used for the remaining days.
    pub fn parse_at(
        query: &str,
        utc_offsets: &[i16],
        topic: Option<TopicName>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Self, QueryError> {
        let mut query = ParsedQuery::parse_at(query, utc_offsets)?;
        query.topic = query.topic.or(topic);
        let after = after.map(str::parse).transpose()?;
        Ok(Self { query, after, limit: limit.clamp(1, MAX_HITS).into() })
    }

    /// Adds the snippet to a message that was found.
    pub(in crate::event_log) fn hit(&self, event: Event) -> SearchHit {
        SearchHit { snippet: snippet::snippet(&event.kind.plain_text(), &self.query.terms), event }
    }
}

impl std::str::FromStr for SearchCursor {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        text.parse().ok().filter(|&id| id > 0).map(Self).ok_or(QueryError::Cursor)
    }
}

impl std::fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
