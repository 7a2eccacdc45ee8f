//! Waiting at the start for a PostgreSQL that is still on its way up.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{Database, DatabaseError, postgres};
use crate::config::SyncMode;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

impl Database {
    /// Opens the database that `url` names. For this long a PostgreSQL that does not answer is asked again; that is logged once.
    pub async fn open_when_up(url: &str, sync: SyncMode, wait: Duration) -> Result<Self, DatabaseError> {
        let (begun, mut is_logged) = (Instant::now(), false);
        loop {
            let error = match Self::open_alone(url, sync).await {
                Err(error) if postgres::is(url) && error.may_pass() => error,
                done => return done,
            };
            if begun.elapsed() + PAUSE > wait {
                return Err(error);
            }
            if !is_logged {
                warn!(%error, seconds = wait.as_secs(), "database.waiting");
                is_logged = true;
            }
            sleep(PAUSE).await;
        }
    }
}
