//! The events that the database must have, as far as this server knows. [`continuity`](super::continuity) checks that they are there.

use std::sync::Arc;

use app::protocol::{DraftId, Event, Timestamp, UserId};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::error;

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

    pub(super) fn set_continuity(&self, continuity: Continuity) {
        self.0.state.lock().continuity = continuity;
    }

    /// Returns whether two checks in a row have found this other server. Between them, others could say that it lacks their events.
    pub(super) fn is_found_again(&self, identity: &str) -> bool {
        self.0.state.lock().is_found_again(identity)
    }

    /// The last check has found the stored server.
    pub(super) fn forget_new_server(&self) {
        self.0.state.lock().new_server = None;
    }

    /// Cancelled once events are missing.
    pub(super) fn lost_token(&self) -> CancellationToken {
        self.0.lost.clone()
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
