//! Handles the answers to HTTP requests.

use std::time::Instant;

use app::protocol::{ErrorCode, Membership};
use futures::{future::BoxFuture, stream::FuturesUnordered};

use super::HttpClient;
use crate::{
    Violation,
    api::{Answer, Found, Stored},
    searches::SearchCheck,
    topic_state::Request,
};

/// An answer with what it belongs to.
pub(super) enum Answered {
    Submitted(Request, Result<Answer<Stored>, Violation>),
    Read(Result<Answer<Membership>, Violation>),
    Found(SearchCheck, Result<Answer<Found>, Violation>),
}

/// A request under way, the server's life in which it began, and its count of shutdowns then.
pub(super) type Requests = FuturesUnordered<BoxFuture<'static, (Answered, usize, u64)>>;

impl HttpClient {
    pub(super) fn answered(
        &mut self,
        answered: Answered,
        life: usize,
        shutdowns: u64,
    ) -> Result<(), Violation> {
        match answered {
            Answered::Submitted(request, answer) => {
                if !request.is_conflict {
                    self.in_flight.remove(&request.index);
                }
                self.submitted(request, answer?, life, shutdowns)
            }
            Answered::Read(answer) => {
                self.is_reading = false;
                self.read(answer?, life, shutdowns)
            }
            Answered::Found(check, answer) => self.found(&check, answer?),
        }
    }

    fn submitted(
        &mut self,
        request: Request,
        answer: Answer<Stored>,
        life: usize,
        shutdowns: u64,
    ) -> Result<(), Violation> {
        match answer {
            Answer::Done(Stored { topic, draft, seq, duplicate }) if topic == self.state.topic => {
                self.state.acked(&self.shared, request, (draft, seq), duplicate)
            }
            Answer::Done(stored) => Err(format!("in {}: {stored:?}", self.state.topic)),
            Answer::Refused(ErrorCode::Unavailable, message) => {
                self.shared.server.refused(life);
                self.retry_at = Instant::now() + self.shared.retry_interval(&mut self.random);
                self.may_be_unavailable(shutdowns, &message)
            }
            Answer::Refused(code, message) => self.state.refused(&self.shared, request, code, &message),
            Answer::Unanswered => {
                self.shared.counters.unanswered.increment();
                Ok(())
            }
        }
    }

    fn read(&mut self, answer: Answer<Membership>, life: usize, shutdowns: u64) -> Result<(), Violation> {
        match answer {
            // If the server ended meanwhile, either process may have answered.
            Answer::Done(_) if life != self.shared.server.number() => Ok(()),
            Answer::Done(membership) => self.state.confirm_read(&self.shared, &membership, life),
            // The author has no message in the topic yet, or a kill came before the membership was stored.
            Answer::Refused(ErrorCode::NotFound, _) | Answer::Unanswered => Ok(()),
            Answer::Refused(ErrorCode::Unavailable, message) => self.may_be_unavailable(shutdowns, &message),
            Answer::Refused(code, message) => Err(format!("reading: {code:?} {message}")),
        }
    }

    fn found(&self, check: &SearchCheck, answer: Answer<Found>) -> Result<(), Violation> {
        let is_conclusive = match answer {
            Answer::Done(Found { hits, complete }) => check.check(&self.state.operations, &hits, complete)?,
            // A busy machine may need longer for a search than the server allows.
            Answer::Refused(ErrorCode::Unavailable, _) | Answer::Unanswered => false,
            Answer::Refused(code, message) => return Err(format!("a search: {code:?} {message}")),
        };
        self.shared.counters.searched(is_conclusive);
        Ok(())
    }

    /// Fails unless the server may be unavailable for a request that began with this count of shutdowns.
    pub(super) fn may_be_unavailable(&self, shutdowns: u64, message: &str) -> Result<(), Violation> {
        let server = &self.shared.server;
        if !server.may_be_unavailable && !server.was_shutting_down(shutdowns) {
            return Err(format!("the database works, and the server says it is unavailable: {message}"));
        }
        self.shared.counters.unavailable.increment();
        Ok(())
    }
}
