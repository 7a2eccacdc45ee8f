//! Retries of the start, for a PostgreSQL server that is starting, that is about to be promoted, or that ends its connections.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{Server, StartError};
use crate::{config::Settings, database::Database};

const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Opens a server. Retries for `database-wait-seconds` while PostgreSQL does not answer, ends its connections or is a standby, and logs
/// that once.
pub(super) async fn open_with_retry(settings: Settings) -> Result<Server, StartError> {
    let wait = Duration::from_secs(settings.database_wait_seconds);
    let started = Instant::now();
    let mut is_logged = false;
    loop {
        let error = match Server::open_once(settings.clone()).await {
            Err(error) if Database::is_postgres(&settings.database) && error.is_transient() => error,
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

impl StartError {
    /// Whether a retry may succeed.
    fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => error.is_transient(),
            Self::Setting(_) | Self::Certificate(_) => false,
            Self::Log(error) => error.is_transient(),
            Self::Restore(error) => error.is_transient(),
        }
    }
}
