//! Message search for all entry points (WebSocket, HTTP API and pages). Each address has a rate limit and one search at a
//! time; the server runs as many at once as it has database connections for.

mod queue;

use std::{net::IpAddr, time::Duration};

use app::protocol::ErrorCode;
use tokio::time::{Instant, timeout_at};

use crate::{
    config::Limits,
    event_log::{Hits, Log, ReadError, Search, SearchError, UNAVAILABLE_RETRY_MS},
    rights::ReadScope,
};
use queue::{QueueFull, SearchQueue};

/// Searches the log within the limits; cheap to clone.
#[derive(Clone)]
pub(crate) struct SearchService {
    log: Log,
    queue: SearchQueue,
    queue_timeout: Duration,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchFailure {
    /// The address exceeded its rate limit, or has too many searches waiting. Holds the milliseconds until it may retry.
    #[error("too many searches; slow down")]
    RateLimited(u64),
    /// The search timed out in the queue.
    #[error("the server has too many searches to do just now; try again")]
    Busy,
    /// The search timed out while it ran, and was interrupted.
    #[error("that search takes too long: use fewer or rarer words, or search in one topic")]
    TooSlow,
    #[error("the server cannot read the log just now; try again")]
    Unreadable(#[source] ReadError),
}

impl SearchFailure {
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(_) => ErrorCode::Rate,
            Self::Busy | Self::TooSlow | Self::Unreadable(_) => ErrorCode::Unavailable,
        }
    }

    /// Milliseconds until the client may retry.
    pub(crate) fn retry_ms(&self) -> u64 {
        match self {
            Self::RateLimited(retry_ms) => *retry_ms,
            Self::Busy | Self::TooSlow | Self::Unreadable(_) => UNAVAILABLE_RETRY_MS,
        }
    }
}

impl SearchService {
    pub(super) fn new(log: Log, limits: &Limits) -> Self {
        let queue_timeout = Duration::from_millis(limits.search_ms);
        Self { log, queue: SearchQueue::new(limits), queue_timeout }
    }

    /// Takes over the rate of other limits.
    pub(super) fn set_rate(&self, limits: &Limits) {
        self.queue.set_rate(limits);
    }

    /// Runs a search on behalf of an address, after those that the address has in the queue.
    pub(crate) async fn search(
        &self,
        address: IpAddr,
        scope: &ReadScope,
        search: &Search,
    ) -> Result<Hits, SearchFailure> {
        let ticket = self.queue.join(address, Instant::now());
        let ticket = ticket.map_err(|QueueFull { retry_ms }| SearchFailure::RateLimited(retry_ms))?;
        let permit = timeout_at(Instant::now() + self.queue_timeout, ticket.acquire()).await;
        let _permit = permit.map_err(|_| SearchFailure::Busy)?;
        self.log.search(scope, search).await.map_err(|error| match error {
            SearchError::TooSlow => SearchFailure::TooSlow,
            SearchError::Unreadable(error) => SearchFailure::Unreadable(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::{
        config::{Cli, Command},
        database::Database,
    };

    #[tokio::test]
    async fn a_search_waits_in_the_queue_for_a_limited_time() {
        let test_database = testing::sqlite();
        let database = Database::open(test_database.url()).await.unwrap();
        database.migrate().await.unwrap();
        let line = ["chorus", "--search-ms", "50"];
        let Command::Serve(settings) = Cli::try_parse_from(line).unwrap().into_command() else {
            panic!("chorus serves")
        };
        let log = Log::open(database, &settings.limits, &TaskTracker::new(), |_| {}).await.unwrap();
        let service = SearchService::new(log, &settings.limits);
        let address = IpAddr::from([203, 0, 113, 1]);
        let _running = service.queue.join(address, Instant::now()).unwrap().acquire().await;
        let search = Search::parse("hi", None, None, 9).unwrap();
        let refused = service.search(address, &ReadScope::unchecked(), &search).await;
        assert!(matches!(refused, Err(SearchFailure::Busy)), "{refused:?}");
    }
}
