//! The state of one connection to the chat.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use app::protocol::{Author, ConnectionId, DraftId, Event, Name, TopicName, UserId};

use super::{
    cursor::Cursor, dialect::Dialect, followers::InboxReceiver, presence::PresenceGuard, publish::Submitted,
};
use crate::{
    event_log::{AppendError, Receipt},
    moderation::NetworkWatch,
    rights,
    session::{OpenSession, Session},
};

/// Topics that a connection remembers to have written in. One more clears the list, which costs one query for each
/// topic that is written in again.
const MAX_WRITTEN_TOPICS: usize = 64;

pub struct ClientState {
    pub(super) connection: ConnectionId,
    pub(super) dialect: Dialect,
    /// The user of the session, or one made for this connection.
    pub(super) user: UserId,
    pub(super) name: Name,
    pub(super) session: Option<Box<Session>>,
    /// Signals that the session has ended or was renamed elsewhere. Also of a connection without a session, if the access secret can
    /// change.
    pub(super) open_session: Option<Box<OpenSession>>,
    pub(super) address: IpAddr,
    /// Signals that the address was banned.
    pub(super) network: Option<Box<NetworkWatch>>,
    /// The topic of a plain connection.
    pub(super) topic: TopicName,
    pub(super) subscriptions: Vec<(Cursor, PresenceGuard)>,
    pub(super) pending: VecDeque<PendingAppend>,
    /// Updates about followed topics; from `hello` on, and only with a session.
    pub(super) inbox: Option<Box<InboxReceiver>>,
    /// Topics that the client has written in on this connection.
    pub(super) written_topics: Vec<TopicName>,
    /// Consecutive frames that were refused by the rate limit.
    pub(super) strikes: u32,
}

/// An event that the log has not replied to.
pub(super) struct PendingAppend {
    /// The request's number; `None` in the plain dialect.
    pub(super) reference: Option<u64>,
    pub(super) draft: DraftId,
    pub(super) submitted: Submitted,
}

/// An event that the log has replied to.
pub(super) struct CompletedAppend {
    pub(super) reference: Option<u64>,
    pub(super) draft: DraftId,
    pub(super) topic: TopicName,
    pub(super) follows: bool,
    pub(super) outcome: Result<Receipt, AppendError>,
}

impl ClientState {
    /// The author of this client's events: under the session's name, or under a name that the frame claims.
    pub(super) fn author(&self, claimed: Option<Name>) -> Author {
        let unverified = claimed.is_some();
        Author { user: self.user, name: claimed.unwrap_or_else(|| self.name.clone()), unverified }
    }

    /// The person whose rights this client has now: without a session, a stranger.
    pub(super) fn person(&self) -> rights::Person {
        match (&self.open_session, &self.session) {
            (Some(open), _) => open.person(),
            (None, Some(session)) => session.person(),
            (None, None) => rights::Person::stranger(),
        }
    }

    pub(super) fn cursor(&mut self, topic: &TopicName) -> Option<&mut Cursor> {
        self.subscriptions.iter_mut().map(|(cursor, _)| cursor).find(|cursor| cursor.topic() == topic)
    }

    /// Returns the next reply in the order of requests. Cancel safe: an entry is removed only when its reply is there.
    pub(super) fn poll_completed(&mut self, cx: &mut Context<'_>) -> Poll<CompletedAppend> {
        let Some(pending) = self.pending.front_mut() else { return Poll::Pending };
        let outcome = ready!(Pin::new(&mut pending.submitted.receipt).poll(cx));
        Poll::Ready(self.complete(outcome))
    }

    /// Waits for the next reply; forever if none is pending.
    pub(super) async fn next_completed(&mut self) -> CompletedAppend {
        poll_fn(|cx| self.poll_completed(cx)).await
    }

    /// Records a write, and returns whether it is the first in this topic on this connection.
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

    /// Whether one of these events is this client's and its reply is pending.
    pub(super) fn has_pending_for(&self, events: &[Event]) -> bool {
        self.pending.iter().any(|pending| {
            let own =
                |event: &Event| event.author.user == self.user && event.kind.draft() == Some(pending.draft);
            events.iter().any(own)
        })
    }

    /// Returns the next reply if it is there already.
    pub(super) fn take_completed(&mut self) -> Option<CompletedAppend> {
        let outcome = self.pending.front_mut()?.submitted.receipt.take()?;
        Some(self.complete(outcome))
    }

    #[allow(clippy::expect_used)]
    fn complete(&mut self, outcome: Result<Receipt, AppendError>) -> CompletedAppend {
        let PendingAppend { reference, draft, submitted } =
            self.pending.pop_front().expect("the reply was polled from this entry");
        let Submitted { topic, follows, .. } = submitted;
        if let (Ok(receipt), Some(cursor)) = (&outcome, self.cursor(&topic)) {
            cursor.acked(receipt.seq);
        }
        CompletedAppend { reference, draft, topic, follows, outcome }
    }
}
