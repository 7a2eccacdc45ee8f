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

use super::{cursor::Cursor, followers::InboxReceiver, presence::PresenceGuard};
use crate::{
    event_log::{AppendError, PendingReceipt, Receipt},
    session::Session,
};

/// Topics that a connection remembers to have written in; with one more it begins anew, which costs a query each.
const MAX_WRITTEN_TOPICS: usize = 64;

/// How a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `chorus.v1`; no `hello` came yet, and it may come until then.
    AwaitingHello(Instant),
    /// `chorus.v1`.
    V1,
    /// The plain dialect.
    Plain,
}

/// One connection's client.
pub struct ClientState {
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
    pub(super) subscriptions: Vec<(Cursor, PresenceGuard)>,
    pub(super) pending: VecDeque<PendingAppend>,
    /// What they are to be told of the topics that they follow; theirs from `hello` on, with a session.
    pub(super) inbox: Option<Box<InboxReceiver>>,
    /// Topics in which they wrote on this connection.
    pub(super) written_topics: Vec<TopicName>,
    /// Refusals for speed in a row.
    pub(super) strikes: u32,
}

/// An event on its way to the disk.
pub(super) struct PendingAppend {
    /// The request's number; none in the plain dialect.
    pub(super) reference: Option<u64>,
    pub(super) draft: DraftId,
    pub(super) topic: TopicName,
    /// Whoever does this follows the topic.
    pub(super) follows: bool,
    pub(super) answer: PendingReceipt,
}

/// An event whose answer is there.
pub(super) struct CompletedAppend {
    pub(super) reference: Option<u64>,
    pub(super) draft: DraftId,
    pub(super) topic: TopicName,
    pub(super) follows: bool,
    pub(super) outcome: Result<Receipt, AppendError>,
}

impl ClientState {
    /// The author of what this client says, under the name of the session or one that the text claims.
    pub(super) fn author(&self, claimed: Option<Name>) -> Author {
        let unverified = claimed.is_some();
        Author { user: self.user, name: claimed.unwrap_or_else(|| self.name.clone()), unverified }
    }

    pub(super) fn cursor(&mut self, topic: &TopicName) -> Option<&mut Cursor> {
        self.subscriptions.iter_mut().map(|(cursor, _)| cursor).find(|cursor| &cursor.topic == topic)
    }

    /// The answer that comes next, in the order of the requests. Nothing is taken before it is there.
    pub(super) fn poll_completed(&mut self, cx: &mut Context<'_>) -> Poll<CompletedAppend> {
        let Some(pending) = self.pending.front_mut() else { return Poll::Pending };
        let outcome = ready!(Pin::new(&mut pending.answer).poll(cx));
        Poll::Ready(self.complete(outcome))
    }

    /// The same; without one to come, never.
    pub(super) async fn next_completed(&mut self) -> CompletedAppend {
        poll_fn(|cx| self.poll_completed(cx)).await
    }

    /// Whether this is the first time that they write there on this connection.
    pub(super) fn is_first_write_in(&mut self, topic: &TopicName) -> bool {
        if self.written_topics.contains(topic) {
            return false;
        }
        if self.written_topics.len() >= MAX_WRITTEN_TOPICS {
            self.written_topics.clear();
        }
        self.written_topics.push(topic.clone());
        true
    }

    /// Whether one of these events is this client's, and its answer is still to come.
    pub(super) fn has_pending_for(&self, events: &[Event]) -> bool {
        self.pending.iter().any(|pending| {
            let own =
                |event: &Event| event.author.user == self.user && event.kind.draft() == Some(pending.draft);
            events.iter().any(own)
        })
    }

    /// The next answer, if it is there already.
    pub(super) fn take_completed(&mut self) -> Option<CompletedAppend> {
        let outcome = self.pending.front_mut()?.answer.take()?;
        Some(self.complete(outcome))
    }

    #[allow(clippy::expect_used)]
    fn complete(&mut self, outcome: Result<Receipt, AppendError>) -> CompletedAppend {
        let PendingAppend { reference, draft, topic, follows, .. } =
            self.pending.pop_front().expect("its answer was just looked at");
        if let (Ok(receipt), Some(cursor)) = (&outcome, self.cursor(&topic)) {
            cursor.acked(receipt.seq);
        }
        CompletedAppend { reference, draft, topic, follows, outcome }
    }
}
