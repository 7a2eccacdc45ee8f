//! The reasons why a search query is invalid, and the limits that they name.

use app::protocol::{ErrorCode, TopicNameError};

/// The longest query, in bytes.
pub(super) const MAX_QUERY_BYTES: usize = 512;
/// The largest UTC offset of any time zone and an hour more, in minutes.
pub(super) const MAX_UTC_OFFSET_MINUTES: u16 = 900;
/// The most words in a query, those of phrases and names included.
pub(super) const MAX_QUERY_WORDS: usize = 16;

/// The reason why a query is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The query has no word.
    #[error("the query has no word: give one, or from:NAME")]
    Blank,
    /// The query is too long.
    #[error("the query is too long: at most {MAX_QUERY_BYTES} bytes")]
    TooLong,
    /// The query has too many words.
    #[error("the query has too many words: at most {MAX_QUERY_WORDS}")]
    TooMany,
    /// A day is invalid.
    #[error("before: and after: take a day such as 2026-01-31")]
    Day,
    /// No time zone has this UTC offset.
    #[error("offsets are minutes east of UTC, from -{MAX_UTC_OFFSET_MINUTES} to {MAX_UTC_OFFSET_MINUTES}")]
    Offset,
    /// The topic's name is invalid.
    #[error("in: takes the name of a topic: {0}")]
    Topic(#[from] TopicNameError),
    /// The query names two topics.
    #[error("a query names at most one topic with in:")]
    TwoTopics,
    /// The cursor is invalid.
    #[error("`after` takes the cursor that an earlier answer gave as `more`")]
    Cursor,
}

impl QueryError {
    /// Returns the protocol's error code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Blank => ErrorCode::Blank,
            Self::TooLong => ErrorCode::TooLarge,
            Self::TooMany | Self::Day | Self::Offset | Self::Topic(_) | Self::TwoTopics | Self::Cursor => {
                ErrorCode::BadRequest
            }
        }
    }
}
