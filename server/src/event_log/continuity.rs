//! Whether the database still has the events that were acknowledged. On PostgreSQL a standby may take over without the newest
//! ones, or a backup may be restored.
//!
//! Commits have an order, and a standby or a backup has everything up to one of them. If the event that this server committed
//! last is there, so are all others that it committed. Each batch checks that in its own transaction, so a server never writes
//! to a database that has lost its events. A server that has just started remembers no event; it compares which PostgreSQL server
//! answers, and on which timeline, with what the last server found.

use std::{sync::Arc, time::Duration};

use app::protocol::{DraftId, Event, Timestamp, UserId};
use parking_lot::Mutex;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{LogReader, ReadError, store::Store};

/// Whether the database has all events that were acknowledged, as far as this server can know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Continuity {
    #[default]
    Unbroken,
    /// Another PostgreSQL server, or another timeline, than when the log was last written; no running server has
    /// remembered an event and found it there.
    Unverified,
    /// Acknowledged events are missing.
    Lost,
}

/// An event that the database must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExpectedEvent {
    pub(super) author: UserId,
    pub(super) draft: DraftId,
    pub(super) seq: u64,
    /// By the clock of the server that committed it.
    pub(super) at: Timestamp,
}

impl ExpectedEvent {
    pub(super) fn draft_key(&self) -> (UserId, DraftId) {
        (self.author, self.draft)
    }

    pub(super) fn of(event: &Event) -> Option<Self> {
        Some(Self { author: event.author.user, draft: event.kind.draft()?, seq: event.seq, at: event.at })
    }
}

/// The time between two attempts to store that events are lost.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// The newest events that this server knows; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct ExpectedEvents(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Cancelled once events are missing.
    lost: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    /// The event that this server committed last.
    committed: Option<ExpectedEvent>,
    /// The newest event that it has read: at its start, or when another server had stored it.
    read: Option<ExpectedEvent>,
    continuity: Continuity,
    /// Another PostgreSQL server than the stored one, as the last check found it.
    new_server: Option<String>,
}

impl State {
    /// Returns whether two checks in a row have found this server. Between them, others could say that it lacks their events.
    fn is_found_again(&mut self, identity: &str) -> bool {
        self.new_server.replace(identity.to_owned()).is_some_and(|before| before == identity)
    }
}

impl ExpectedEvents {
    /// Takes note of events of one transaction of this server.
    pub(super) fn committed(&self, events: &[Event]) {
        if let Some(expected) = events.last().and_then(ExpectedEvent::of) {
            self.0.state.lock().committed = Some(expected);
        }
    }

    /// Takes note of events that were read.
    pub(super) fn read(&self, events: &[Event]) {
        if let Some(expected) = events.last().and_then(ExpectedEvent::of) {
            self.record_read(expected);
        }
    }

    pub(super) fn record_read(&self, expected: ExpectedEvent) {
        let mut state = self.0.state.lock();
        if state.read.is_none_or(|read| read.at <= expected.at) {
            state.read = Some(expected);
        }
    }

    /// The events that the database must have; at most two.
    pub(super) fn all(&self) -> Vec<ExpectedEvent> {
        let state = self.0.state.lock();
        state.committed.into_iter().chain(state.read).collect()
    }

    pub(super) fn continuity(&self) -> Continuity {
        self.0.state.lock().continuity
    }

    /// Ends all writing until the server is restarted.
    pub(super) fn lost(&self) {
        let before = std::mem::replace(&mut self.0.state.lock().continuity, Continuity::Lost);
        self.0.lost.cancel();
        if before != Continuity::Lost {
            error!(
                "log.events_lost: the database lacks events that were acknowledged, as after the promotion of a standby. \
                 Nothing is stored any more. Stop all servers, run `chorus new-epoch` and start them again"
            );
        }
    }
}

/// Stores that events are lost as soon as they are, for all servers and later starts, also while the server drains. Ends with
/// the committer if they are not.
pub(super) async fn record_loss(store: Store, committer_ended: CancellationToken) {
    let lost = store.expected_events().0.lost.clone();
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
                self.expected_events().0.state.lock().continuity = Continuity::Unverified;
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
            expected_events.0.state.lock().new_server = None;
        }
        match (expected_events.continuity(), identity) {
            (Continuity::Unbroken, Some(identity)) if is_other => {
                if !expected_events.0.state.lock().is_found_again(&identity) {
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
                expected_events.0.state.lock().continuity = Continuity::Unbroken;
            }
            _ => {}
        }
        Ok(())
    }

    /// Records that the database lacks an event that it had, which [`lacks_event`](Self::lacks_event) has confirmed.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_event_that_was_read_is_looked_for_not_the_last() {
        let expected = |at| ExpectedEvent {
            author: UserId::fresh(),
            draft: DraftId::fresh(),
            seq: 1,
            at: Timestamp(at),
        };
        let expected_events = ExpectedEvents::default();
        let newest = expected(2);
        [newest, expected(1)].into_iter().for_each(|expected| expected_events.record_read(expected));
        assert_eq!(expected_events.all(), [newest]);
    }

    #[test]
    fn a_new_server_counts_once_two_checks_in_a_row_have_found_it() {
        let mut state = State::default();
        assert!(!state.is_found_again("1/2"));
        assert!(!state.is_found_again("1/3"));
        assert!(state.is_found_again("1/3"));
    }
}
