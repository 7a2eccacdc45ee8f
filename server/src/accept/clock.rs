//! What a connection is doing, and until when it may.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    budget::Share,
    pace::{Deadline, Pace},
};

/// Memory of a connection besides its answer: buffers, and what the handler keeps.
const CONNECTION_BYTES: usize = 16 * 1_024;

/// The time limits of a connection.
#[derive(Debug, Clone)]
pub(super) struct Times {
    pub(super) head: Duration,
    pub(super) idle: Duration,
    pub(super) answer: Pace,
}

/// Why a connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdue {
    /// No request came.
    Idle,
    /// Half a head came.
    Head,
    /// The client takes too long to take its answer.
    Answer,
}

/// One connection's clock: the transport and the bodies report to it, and the connection's task asks it.
#[derive(Debug)]
pub(super) struct Clock {
    times: Times,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waiting for a request until then.
    Idle { until: Instant },
    /// A part of a head has come.
    Head { until: Instant },
    /// A request is under way, up to the last byte of its answer.
    Request,
}

/// The answer of the request under way.
#[derive(Debug, Default)]
struct Answer {
    /// An event stream: it takes as long as it likes as long as the client takes something.
    stream: bool,
    /// What it holds in memory while the client is slow.
    bytes: usize,
    /// The whole of it was handed to the transport.
    complete: bool,
    waiting: Option<Waiting>,
}

/// The client keeps an answer waiting.
#[derive(Debug)]
struct Waiting {
    deadline: Deadline,
    _share: Share,
}

impl Clock {
    /// Of a connection that was accepted now.
    pub(super) fn new(times: Times, now: Instant) -> Self {
        let phase = Phase::Idle { until: now + times.head };
        Self { times, state: Mutex::new(State { phase, answer: Answer::default() }) }
    }

    /// Bytes came.
    pub(super) fn read(&self, now: Instant) {
        let mut state = self.state();
        if let Phase::Idle { .. } = state.phase {
            state.phase = Phase::Head { until: now + self.times.head };
        }
    }

    /// A head is complete.
    pub(super) fn requested(&self) {
        *self.state() = State { phase: Phase::Request, answer: Answer::default() };
    }

    /// The answer is about to be written.
    pub(super) fn answers(&self, stream: bool, bytes: usize) {
        let mut state = self.state();
        state.answer.stream = stream;
        state.answer.bytes = bytes;
    }

    /// The whole answer was handed to the transport.
    pub(super) fn answered(&self) {
        self.state().answer.complete = true;
    }

    /// The client does not take more at the moment.
    pub(super) fn blocked(&self, now: Instant) {
        let mut state = self.state();
        if state.answer.waiting.is_none() {
            let share = self.times.answer.budget.share(state.answer.bytes + CONNECTION_BYTES);
            let deadline = self.times.answer.begin(now);
            state.answer.waiting = Some(Waiting { deadline, _share: share });
        }
    }

    /// The client took so many bytes; says whether they are an event stream's.
    pub(super) fn wrote(&self, bytes: usize, now: Instant) -> bool {
        let mut state = self.state();
        if state.answer.stream {
            state.answer.waiting = None;
        } else if let Some(waiting) = &mut state.answer.waiting {
            self.times.answer.progress(&mut waiting.deadline, bytes, now);
        }
        state.answer.stream
    }

    /// All that was handed to the transport was written.
    pub(super) fn flushed(&self, now: Instant) {
        let mut state = self.state();
        if state.phase == Phase::Request && state.answer.complete {
            *state = State { phase: Phase::Idle { until: now + self.times.idle }, answer: Answer::default() };
        }
    }

    /// No request is under way: closing the connection costs nobody an answer.
    pub(super) fn is_spare(&self) -> bool {
        self.state().phase != Phase::Request
    }

    /// When to ask [`Self::overdue`] again; never while there is no limit.
    pub(super) fn look(&self, now: Instant) -> Option<Instant> {
        let state = self.state();
        match (state.phase, &state.answer.waiting) {
            (Phase::Idle { until } | Phase::Head { until }, _) => Some(until),
            (Phase::Request, Some(waiting)) => Some(self.times.answer.look(waiting.deadline, now)),
            (Phase::Request, None) => None,
        }
    }

    /// Whether the connection has to end by now.
    pub(super) fn overdue(&self, now: Instant) -> Option<Overdue> {
        let state = self.state();
        match (state.phase, &state.answer.waiting) {
            (Phase::Idle { until }, _) => (now >= until).then_some(Overdue::Idle),
            (Phase::Head { until }, _) => (now >= until).then_some(Overdue::Head),
            (Phase::Request, Some(waiting)) => {
                (now >= self.times.answer.ends(waiting.deadline)).then_some(Overdue::Answer)
            }
            (Phase::Request, None) => None,
        }
    }

    /// Whether half a head has come.
    pub(super) fn has_half_a_head(&self) -> bool {
        matches!(self.state().phase, Phase::Head { .. })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::budget::Budget, *};

    const SECOND: Duration = Duration::from_secs(1);

    fn clock(now: Instant) -> Clock {
        let answer = Pace { leeway: 30 * SECOND, bytes_per_second: 1_000, budget: Budget::new(1 << 20) };
        Clock::new(Times { head: 10 * SECOND, idle: 60 * SECOND, answer }, now)
    }

    #[test]
    fn a_connection_without_a_byte_ends_when_a_head_is_due() {
        let now = Instant::now();
        let clock = clock(now);
        assert_eq!(clock.look(now), Some(now + 10 * SECOND));
        assert_eq!(clock.overdue(now + 10 * SECOND), Some(Overdue::Idle));
    }

    #[test]
    fn more_bytes_of_a_head_do_not_put_its_end_off() {
        let now = Instant::now();
        let clock = clock(now);
        clock.read(now + SECOND);
        clock.read(now + 9 * SECOND);
        assert_eq!(clock.overdue(now + 10 * SECOND), None);
        assert_eq!(clock.overdue(now + 11 * SECOND), Some(Overdue::Head));
    }

    #[test]
    fn a_request_has_no_end_of_its_own_and_an_idle_connection_has_one() {
        let now = Instant::now();
        let clock = clock(now);
        clock.read(now);
        clock.requested();
        clock.flushed(now);
        assert!(!clock.is_spare(), "the answer is not complete");
        assert_eq!(clock.look(now), None);
        clock.answered();
        clock.flushed(now);
        assert!(clock.is_spare());
        assert_eq!(clock.overdue(now + 59 * SECOND), None);
        assert_eq!(clock.overdue(now + 60 * SECOND), Some(Overdue::Idle));
    }

    #[test]
    fn an_answer_may_be_taken_slowly_but_not_below_the_lowest_rate() {
        let now = Instant::now();
        let clock = clock(now);
        clock.requested();
        clock.answers(false, 1_000_000);
        clock.blocked(now);
        for second in 1..=60 {
            clock.wrote(500, now + second * SECOND);
            clock.blocked(now + second * SECOND);
            let late = (second == 60).then_some(Overdue::Answer);
            assert_eq!(clock.overdue(now + second * SECOND), late, "{second}");
        }
    }

    #[test]
    fn a_stream_ends_when_its_reader_takes_nothing_at_all() {
        let now = Instant::now();
        let clock = clock(now);
        clock.requested();
        clock.answers(true, 0);
        clock.blocked(now);
        clock.wrote(1, now);
        assert_eq!(clock.overdue(now + 3_600 * SECOND), None);
        clock.blocked(now + SECOND);
        assert_eq!(clock.overdue(now + 30 * SECOND), None);
        assert_eq!(clock.overdue(now + 31 * SECOND), Some(Overdue::Answer));
    }

    #[test]
    fn beyond_the_budget_slow_readers_have_two_seconds() {
        let now = Instant::now();
        let clock = clock(now);
        clock.requested();
        clock.answers(false, 2 << 20);
        clock.blocked(now);
        assert_eq!(clock.look(now), Some(now + SECOND));
        assert_eq!(clock.overdue(now + 2 * SECOND), Some(Overdue::Answer));
    }
}
