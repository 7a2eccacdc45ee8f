//! Searches as every door asks for them: at a bounded rate and one at a time an address, a few at a time in all.

mod queue;

use std::{net::IpAddr, time::Duration};

use app::protocol::ErrorCode;
use tokio::time::{Instant, timeout_at};

use crate::{
    config::Limits,
    event_log::{Hits, Log, ReadError, Search, SearchError},
};
use queue::{Full, Queue};

/// When to try again after the server was busy or a search took too long, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// Searches the log for whoever asks; cheap to clone.
#[derive(Clone)]
pub(crate) struct Searches {
    log: Log,
    queue: Queue,
    patience: Duration,
}

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSearched {
    /// The address asks too fast, or has too many searches waiting; in how many milliseconds it may ask again.
    #[error("too many searches; slow down")]
    TooMany(u64),
    /// The other searches took all the time that this one could wait.
    #[error("the server has too many searches to do just now; try again")]
    Busy,
    /// The search was interrupted.
    #[error("that search takes too long: use fewer or rarer words, or search in one topic")]
    TooSlow,
    /// The log cannot be read.
    #[error("the server cannot read the log just now; try again")]
    Unreadable(#[source] ReadError),
}

impl NotSearched {
    /// The wire's word for it.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::TooMany(_) => ErrorCode::Rate,
            Self::Busy | Self::TooSlow | Self::Unreadable(_) => ErrorCode::Unavailable,
        }
    }

    /// When to try again, in milliseconds.
    pub(crate) fn retry_ms(&self) -> u64 {
        match self {
            Self::TooMany(retry_ms) => *retry_ms,
            Self::Busy | Self::TooSlow | Self::Unreadable(_) => RETRY_MS,
        }
    }
}

impl Searches {
    pub(super) fn new(log: Log, limits: &Limits) -> Self {
        Self { log, queue: Queue::new(limits), patience: Duration::from_millis(limits.search_ms) }
    }

    /// Looks for messages, for somebody at an address.
    pub(crate) async fn search(&self, address: IpAddr, search: &Search) -> Result<Hits, NotSearched> {
        let place = self.queue.join(address, Instant::now()).map_err(|Full(ms)| NotSearched::TooMany(ms))?;
        let turn = timeout_at(Instant::now() + self.patience, place.turn()).await;
        let _turn = turn.map_err(|_| NotSearched::Busy)?;
        self.log.search(search).await.map_err(|error| match error {
            SearchError::TooSlow => NotSearched::TooSlow,
            SearchError::Unreadable(error) => NotSearched::Unreadable(error),
        })
    }
}
