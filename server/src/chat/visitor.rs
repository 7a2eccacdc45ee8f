//! What one connection to the chat remembers.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use app::protocol::{Author, ConnectionId, DraftId, Event, Name, TopicName, UserId};
use tokio::time::Instant;

use super::{cursor::Cursor, people::Letters, presence::Stay};
use crate::{
    event_log::{Answer, AppendError, Receipt},
    session::Session,
};

/// Topics that a connection remembers to have written in; with one more it begins anew, which costs a query each.
const WROTE: usize = 64;

/// How a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `chorus.v1`; no `hello` came yet, and it may come until then.
    Greeting(Instant),
    /// `chorus.v1`.
    V1,
    /// The plain dialect.
    Plain,
}

/// One connection's visitor.
pub struct Visitor {
    pub(super) connection: ConnectionId,
    pub(super) dialect: Dialect,
    /// Who they are; from their session, or made for this connection.
    pub(super) user: UserId,
    pub(super) name: Name,
    pub(super) session: Option<Box<Session>>,
    /// From where they connected.
    pub(super) address: IpAddr,
    /// The topic of a plain connection.
    pub(super) topic: TopicName,
    pub(super) places: Vec<(Cursor, Stay)>,
    pub(super) answers: VecDeque<Pending>,
    /// What they are to be told of the topics that they follow; theirs from `hello` on, with a session.
    pub(super) letters: Option<Box<Letters>>,
    /// Topics in which they wrote on this connection.
    pub(super) wrote: Vec<TopicName>,
    /// Refusals for speed in a row.
    pub(super) strikes: u32,
}

/// An event on its way to the disk.
pub(super) struct Pending {
    /// The request's number; none in the plain dialect.
    pub(super) reference: Option<u64>,
    pub(super) draft: DraftId,
    pub(super) topic: TopicName,
    /// Whoever does this follows the topic.
    pub(super) joins: bool,
    pub(super) answer: Answer,
}

/// An event whose answer is there.
pub(super) struct Answered {
    pub(super) reference: Option<u64>,
    pub(super) draft: DraftId,
    pub(super) topic: TopicName,
    pub(super) joins: bool,
    pub(super) outcome: Result<Receipt, AppendError>,
}

impl Visitor {
    /// The author of what this visitor says, under the name of the session or one that the text claims.
    pub(super) fn author(&self, claimed: Option<Name>) -> Author {
        let unverified = claimed.is_some();
        Author { user: self.user, name: claimed.unwrap_or_else(|| self.name.clone()), unverified }
    }

    pub(super) fn cursor(&mut self, topic: &TopicName) -> Option<&mut Cursor> {
        self.places.iter_mut().map(|(cursor, _)| cursor).find(|cursor| &cursor.topic == topic)
    }

    /// The answer that comes next, in the order of the requests. Nothing is taken before it is there.
    pub(super) fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answered> {
        let Some(pending) = self.answers.front_mut() else { return Poll::Pending };
        let outcome = ready!(Pin::new(&mut pending.answer).poll(cx));
        Poll::Ready(self.answered(outcome))
    }

    /// The same; without one to come, never.
    pub(super) async fn next_answer(&mut self) -> Answered {
        poll_fn(|cx| self.poll_answer(cx)).await
    }

    /// Whether this is the first time that they write there on this connection.
    pub(super) fn writes_anew(&mut self, topic: &TopicName) -> bool {
        if self.wrote.contains(topic) {
            return false;
        }
        if self.wrote.len() >= WROTE {
            self.wrote.clear();
        }
        self.wrote.push(topic.clone());
        true
    }

    /// Whether one of these events is this visitor's, and its answer is still to come.
    pub(super) fn awaits_answer_about(&self, events: &[Event]) -> bool {
        self.answers.iter().any(|pending| {
            let own =
                |event: &Event| event.author.user == self.user && event.kind.draft() == Some(pending.draft);
            events.iter().any(own)
        })
    }

    /// The next answer, if it is there already.
    pub(super) fn ready_answer(&mut self) -> Option<Answered> {
        let outcome = self.answers.front_mut()?.answer.take()?;
        Some(self.answered(outcome))
    }

    #[allow(clippy::expect_used)]
    fn answered(&mut self, outcome: Result<Receipt, AppendError>) -> Answered {
        let Pending { reference, draft, topic, joins, .. } =
            self.answers.pop_front().expect("its answer was just looked at");
        if let (Ok(receipt), Some(cursor)) = (&outcome, self.cursor(&topic)) {
            cursor.published(receipt.seq);
        }
        Answered { reference, draft, topic, joins, outcome }
    }
}
