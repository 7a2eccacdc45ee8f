//! Retries at the start, for a PostgreSQL server that is still starting.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{Database, DatabaseError, postgres};
use crate::config::SyncMode;

const RETRY_INTERVAL: Duration = Duration::from_millis(500);

impl Database {
    /// Opens the database that `url` names. Retries for `wait` while a PostgreSQL server does not answer, and logs that once.
    pub async fn open_with_retry(url: &str, sync: SyncMode, wait: Duration) -> Result<Self, DatabaseError> {
        let started = Instant::now();
        let mut is_logged = false;
        loop {
            let error = match Self::open_exclusive(url, sync).await {
                Err(error) if postgres::is_postgres_url(url) && error.is_transient() => error,
                done => return done,
            };
            if started.elapsed() + RETRY_INTERVAL > wait {
                return Err(error);
            }
            if !is_logged {
                warn!(%error, seconds = wait.as_secs(), "database.waiting");
                is_logged = true;
            }
            sleep(RETRY_INTERVAL).await;
        }
    }
}
