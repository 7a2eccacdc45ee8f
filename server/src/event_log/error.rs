//! The errors of the log.

use std::sync::Arc;

use app::protocol::ErrorCode;

use crate::{
    counters,
    database::is_transient,
    rights::{Denied, Refusal},
};

/// The `retry_ms` of requests that fail because the store is unavailable or too slow, in milliseconds.
pub const UNAVAILABLE_RETRY_MS: u64 = 1_000;

/// The reason why an event was not appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The same author published the same draft before, with other content.
    #[error("this draft was published before with other content; publish it as a new message")]
    Conflict,
    /// The server has as many topics as it may.
    #[error("this server has reached its limit of topics (max-topics); write in an existing one")]
    TooManyTopics,
    /// The address has created as many topics as it may within an hour.
    #[error("too many new topics from your network (topics-per-hour); try again later")]
    TooManyNewTopics {
        /// The time until the address may create the next topic, in milliseconds.
        retry_ms: u64,
    },
    /// The message belongs to somebody else.
    #[error("only its author may change a message")]
    Forbidden,
    /// The message or topic does not exist, or was deleted.
    #[error("the message or topic does not exist, or was deleted")]
    NotFound,
    /// The message was changed after the revision that the author saw.
    #[error("the message has changed meanwhile; read it again")]
    Stale,
    /// The message has as many reactions as it may, in total or from this person.
    #[error(
        "the message has as many reactions as allowed (max-reactions), or as many of yours (max-reactions-per-person)"
    )]
    TooManyReactions,
    /// The topic exists already.
    #[error("a topic of that name exists already")]
    Exists,
    /// The author was banned or muted after a door had let the event in.
    #[error(transparent)]
    Denied(Refusal),
    /// The address has sent as many messages as it may.
    #[error("too many messages from your network; slow down")]
    TooFast {
        /// The time until the address may send the next message, in milliseconds.
        retry_ms: u64,
    },
    /// The disk has too little free space.
    #[error("the server's disk is almost full: writes are refused until there is room; reading goes on")]
    DiskAlmostFull,
    /// The store does not accept writes now. The event may have been stored all the same; a retry finds it by its draft.
    #[error("the server cannot store messages at the moment; try again")]
    Unavailable,
}

impl AppendError {
    /// Returns the protocol's error code.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Conflict => ErrorCode::Conflict,
            Self::TooManyTopics | Self::TooManyNewTopics { .. } => ErrorCode::TooManyTopics,
            Self::Forbidden => ErrorCode::Forbidden,
            Self::Denied(refusal) => Denied::from(refusal).code(),
            Self::NotFound => ErrorCode::NotFound,
            Self::Stale => ErrorCode::Stale,
            Self::TooManyReactions => ErrorCode::TooManyReactions,
            Self::Exists => ErrorCode::Exists,
            Self::TooFast { .. } => ErrorCode::Rate,
            Self::Unavailable | Self::DiskAlmostFull => ErrorCode::Unavailable,
        }
    }

    /// Returns the time after which a retry may succeed, in milliseconds, for errors that pass.
    pub fn retry_ms(self) -> Option<u64> {
        match self {
            Self::TooManyNewTopics { retry_ms } | Self::TooFast { retry_ms } => Some(retry_ms),
            Self::Unavailable | Self::DiskAlmostFull => Some(UNAVAILABLE_RETRY_MS),
            _ => None,
        }
    }
}

/// A failure to read the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the log cannot be read: {0}")]
pub struct ReadError(Arc<sea_orm::DbErr>);

impl ReadError {
    /// Whether PostgreSQL was out of reach for a moment.
    pub(crate) fn is_transient(&self) -> bool {
        is_transient(&self.0)
    }
}

/// Counts the failure. Callers that share a read share its error too, which then counts once.
impl From<sea_orm::DbErr> for ReadError {
    fn from(error: sea_orm::DbErr) -> Self {
        counters::READ_ERRORS.add(1);
        Self(Arc::new(error))
    }
}

/// A failure to write the log outside the committer.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be written: {0}")]
pub struct WriteError(#[from] sea_orm::DbErr);

impl WriteError {
    /// Whether PostgreSQL was out of reach for a moment.
    pub(crate) fn is_transient(&self) -> bool {
        is_transient(&self.0)
    }
}
