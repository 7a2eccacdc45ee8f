//! What a suspect's connections were sent.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::Aftermath;
use crate::Violation;

#[derive(Default)]
pub(super) struct Seen(Mutex<State>);

#[derive(Default)]
struct State {
    acks: u64,
    /// When the ban that holds was answered.
    banned_at: Option<Instant>,
    delivered: Duration,
    stored: Option<Duration>,
    was_let_in: bool,
    is_closed: bool,
    fault: Option<Violation>,
}

impl Seen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin_ban(&self, at: Instant) {
        let mut state = self.state();
        *state =
            State { acks: state.acks, banned_at: Some(at), fault: state.fault.take(), ..State::default() };
    }

    pub(super) fn end_ban(&self) -> Aftermath {
        let mut state = self.state();
        state.banned_at = None;
        let State { delivered, stored, was_let_in, .. } = *state;
        Aftermath { delivered, stored, was_let_in }
    }

    pub(super) fn acks(&self) -> u64 {
        self.state().acks
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    pub(super) fn fault(&self) -> Option<Violation> {
        self.state().fault.clone()
    }

    /// Notes a frame that is no refusal, on a connection that began at a time.
    pub(super) fn delivered(&self, opened_at: Instant) {
        let mut state = self.state();
        if let Some(banned_at) = state.banned_at {
            state.delivered = banned_at.elapsed();
            state.was_let_in |= opened_at > banned_at;
        }
    }

    /// Notes the first ack of a draft that was sent at a time.
    pub(super) fn stored(&self, sent_at: Instant) {
        let mut state = self.state();
        state.acks += 1;
        if let Some(banned_at) = state.banned_at.filter(|banned_at| sent_at > *banned_at) {
            let late = sent_at.duration_since(banned_at);
            state.stored = Some(state.stored.unwrap_or_default().max(late));
        }
    }

    /// Notes that the server closed a connection because of the ban.
    pub(super) fn closed(&self) {
        self.state().is_closed = true;
    }

    /// Notes an answer that no server may give.
    pub(super) fn failed(&self, fault: Violation) {
        self.state().fault = Some(fault);
    }
}
