//! The phase that a connection is in, and the timeout of that phase.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{
    memory_budget::MemoryReservation,
    progress_timeout::{Deadline, ProgressTimeout},
};

/// Memory of a connection besides its response: buffers, and what the handler keeps.
const CONNECTION_BYTES: usize = 16 * 1_024;

/// The configured timeouts.
#[derive(Debug, Clone)]
pub(super) struct Timeouts {
    pub(super) head: Duration,
    pub(super) idle: Duration,
    pub(super) response: ProgressTimeout,
}

/// The timeout that has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimedOut {
    /// No request has arrived.
    Idle,
    /// The head of a request is incomplete.
    Head,
    /// The client reads its response too slowly.
    Response,
}

/// The timeouts of one connection. The transport and the bodies report progress, and the connection's task polls.
#[derive(Debug)]
pub(super) struct ConnectionTimeouts {
    timeouts: Timeouts,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    response: ResponseState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waiting for a request.
    Idle { until: Instant },
    /// A part of a request's head has arrived.
    Head { until: Instant },
    /// A request is in flight, until the last byte of its response is written.
    Request,
}

/// The response to the request in flight.
#[derive(Debug, Default)]
struct ResponseState {
    /// An event stream has no limit in time as long as the client reads something.
    is_event_stream: bool,
    /// Memory that the response holds while the client is slow.
    bytes: usize,
    /// The whole response was passed to the transport.
    is_complete: bool,
    blocked_write: Option<BlockedWrite>,
}

/// A write that waits for the client.
#[derive(Debug)]
struct BlockedWrite {
    deadline: Deadline,
    _reservation: MemoryReservation,
}

impl ConnectionTimeouts {
    /// The timeouts of a connection that was accepted at `now`.
    pub(super) fn new(timeouts: Timeouts, now: Instant) -> Self {
        let phase = Phase::Idle { until: now + timeouts.head };
        Self { timeouts, state: Mutex::new(State { phase, response: ResponseState::default() }) }
    }

    pub(super) fn record_read(&self, now: Instant) {
        let mut state = self.state.lock();
        if let Phase::Idle { .. } = state.phase {
            state.phase = Phase::Head { until: now + self.timeouts.head };
        }
    }

    /// The head of a request is complete.
    pub(super) fn start_request(&self) {
        *self.state.lock() = State { phase: Phase::Request, response: ResponseState::default() };
    }

    /// The response is about to be written. Its body holds `bytes` in memory.
    pub(super) fn start_response(&self, is_event_stream: bool, bytes: usize) {
        let mut state = self.state.lock();
        state.response.is_event_stream = is_event_stream;
        state.response.bytes = bytes;
    }

    /// The whole response was passed to the transport.
    pub(super) fn complete_response(&self) {
        self.state.lock().response.is_complete = true;
    }

    /// A write has to wait for the client. From now on the response counts against the memory budget.
    pub(super) fn record_blocked_write(&self, now: Instant) {
        let mut state = self.state.lock();
        if state.response.blocked_write.is_none() {
            let bytes = state.response.bytes + CONNECTION_BYTES;
            let reservation = self.timeouts.response.budget.reserve(bytes);
            let deadline = self.timeouts.response.start(now);
            state.response.blocked_write = Some(BlockedWrite { deadline, _reservation: reservation });
        }
    }

    /// Bytes were written. Returns whether they belong to an event stream.
    pub(super) fn record_write(&self, bytes: usize, now: Instant) -> bool {
        let mut state = self.state.lock();
        if state.response.is_event_stream {
            state.response.blocked_write = None;
        } else if let Some(blocked) = &mut state.response.blocked_write {
            self.timeouts.response.record_progress(&mut blocked.deadline, bytes, now);
        }
        state.response.is_event_stream
    }

    /// Everything that was passed to the transport is written.
    pub(super) fn record_flush(&self, now: Instant) {
        let mut state = self.state.lock();
        if state.phase == Phase::Request && state.response.is_complete {
            let phase = Phase::Idle { until: now + self.timeouts.idle };
            *state = State { phase, response: ResponseState::default() };
        } else if state.response.is_event_stream {
            state.response.blocked_write = None;
        }
    }

    /// Returns whether no request is in flight: closing the connection loses no response.
    pub(super) fn is_idle(&self) -> bool {
        self.state.lock().phase != Phase::Request
    }

    /// Returns when to call [`Self::timed_out`] again; `None` while there is no limit.
    pub(super) fn next_check(&self, now: Instant) -> Option<Instant> {
        let state = self.state.lock();
        match (state.phase, &state.response.blocked_write) {
            (Phase::Idle { until } | Phase::Head { until }, _) => Some(until),
            (Phase::Request, Some(blocked)) => Some(self.timeouts.response.next_check(blocked.deadline, now)),
            (Phase::Request, None) => None,
        }
    }

    /// Returns the timeout that has passed, if any.
    pub(super) fn timed_out(&self, now: Instant) -> Option<TimedOut> {
        let state = self.state.lock();
        match (state.phase, &state.response.blocked_write) {
            (Phase::Idle { until }, _) => (now >= until).then_some(TimedOut::Idle),
            (Phase::Head { until }, _) => (now >= until).then_some(TimedOut::Head),
            (Phase::Request, Some(blocked)) => {
                (now >= self.timeouts.response.expires_at(blocked.deadline)).then_some(TimedOut::Response)
            }
            (Phase::Request, None) => None,
        }
    }

    /// Returns whether a part of a request's head has arrived.
    pub(super) fn has_partial_head(&self) -> bool {
        matches!(self.state.lock().phase, Phase::Head { .. })
    }
}

#[cfg(test)]
mod tests;
