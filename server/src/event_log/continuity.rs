//! Whether the database still has the events that were acknowledged. On PostgreSQL a standby may take over without the newest
//! ones, or a backup may be restored.
//!
//! Commits have an order, and a standby or a backup has everything up to one of them. If the event that this server committed
//! last is there, so are all others that it committed. Each batch checks that in its own transaction, so a server never writes
//! to a database that has lost its events. A server that has just started remembers no event; it compares which PostgreSQL server
//! answers, and on which timeline, with what the last server found.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    LogReader, ReadError,
    expected_events::{Continuity, ExpectedEvents},
    store::Store,
};

/// The time between two attempts to store that events are lost.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Stores that events are lost as soon as they are, for all servers and later starts, also while the server drains. Ends with
/// the committer if they are not.
pub(super) async fn record_loss(store: Store, committer_ended: CancellationToken) {
    let lost = store.expected_events().lost_token();
    tokio::select! {
        () = lost.cancelled() => {}
        () = committer_ended.cancelled() => {}
    }
    while lost.is_cancelled() {
        match store.set_events_lost().await {
            Ok(()) => return,
            Err(error) if store.is_cancelled() => {
                return error!(%error, "log.loss_not_stored: a server that starts now does not know of it");
            }
            Err(error) => warn!(%error, "log.loss_not_stored: it is tried again"),
        }
        sleep(RETRY_INTERVAL).await;
    }
}

impl LogReader {
    /// Compares the database with what the last server found. To be called once, before anything is written; for PostgreSQL.
    /// Errors: the database did not answer, or is a standby.
    pub(super) async fn begin_continuity(&self) -> Result<(), ReadError> {
        let identity = self.store.server_identity().await?;
        if identity.is_none() {
            info!("log.server_unidentified: after a standby was promoted, a start does not notice it");
        }
        let last = self.store.last_server().await?;
        if let Some(newest) = self.store.newest_stored_event().await? {
            self.expected_events().record_read(newest);
        }
        match identity {
            _ if last.events_lost => self.expected_events().lost(),
            Some(identity) if last.identity.is_empty() => self.store.set_last_server(&identity).await?,
            Some(identity) if last.identity != identity => {
                warn!(
                    last = last.identity,
                    now = identity,
                    "log.server_changed: a standby was promoted, or a backup was restored, and nobody knows whether it has all \
                     acknowledged events. Nothing is stored. Stop all servers, run `chorus new-epoch` and start them again"
                );
                self.expected_events().set_continuity(Continuity::Unverified);
            }
            _ => {}
        }
        Ok(())
    }

    /// Looks for the events that must be there, and agrees with the other servers. To be called often; for PostgreSQL.
    pub(crate) async fn check_continuity(&self) -> Result<(), ReadError> {
        let expected_events = self.expected_events();
        let last = self.store.last_server().await?;
        // Read before the events are: they may be found in a later server than this one, never in an earlier one.
        let identity = self.store.server_identity().await?;
        let is_missing = self.store.lacks_events(&expected_events.all()).await?;
        if last.events_lost || is_missing {
            expected_events.lost();
        }
        let is_other = identity.as_ref().is_some_and(|identity| *identity != last.identity);
        if !is_other {
            expected_events.forget_new_server();
        }
        match (expected_events.continuity(), identity) {
            (Continuity::Unbroken, Some(identity)) if is_other => {
                if !expected_events.is_found_again(&identity) {
                    return Ok(());
                }
                info!(
                    last = last.identity,
                    now = identity,
                    "log.server_changed: it has all acknowledged events"
                );
                self.store.set_last_server(&identity).await?;
            }
            (Continuity::Unverified, Some(_)) if !is_other => {
                info!("log.server_verified: another server has found its events");
                expected_events.set_continuity(Continuity::Unbroken);
            }
            _ => {}
        }
        Ok(())
    }

    /// Records that the database lacks an event that it had, which [`lacks_event`](super::NodeLog::lacks_event) has confirmed.
    pub(crate) fn record_lost_events(&self) {
        self.expected_events().lost();
    }

    /// Returns whether the database has what was acknowledged. If it is not [`Continuity::Unbroken`], nothing is written.
    pub(crate) fn continuity(&self) -> Continuity {
        self.expected_events().continuity()
    }

    fn expected_events(&self) -> &ExpectedEvents {
        self.store.expected_events()
    }
}
