//! The work of a connection besides frames.

use std::task::{Context, Poll};

use app::protocol::{Name, TopicName};
use tokio::time::Instant;

use super::{
    client_state::{ClientState, CompletedAppend},
    dialect::Dialect,
};
use crate::session::SessionChange;

/// The events besides frames that a connection of the chat waits for.
pub enum Work {
    /// The log replied to an append.
    Completed(CompletedWork),
    /// The log holds events of the topic that were not sent.
    CatchUp(TopicName),
    /// Updates about followed topics are due.
    InboxReady,
    /// No `hello` arrived in time.
    NoHello,
    /// The session has ended.
    SessionEnded,
    /// The person or their network was banned.
    Banned,
    /// The session was renamed by another connection or request.
    Renamed(Name),
}

/// Hides the crate's types behind the public `Work`.
pub struct CompletedWork(pub(super) CompletedAppend);

impl ClientState {
    /// Returns the work that is due first.
    pub(super) fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<Work> {
        if let Some(session) = &self.open_session
            && let Poll::Ready(change) = session.poll_change(cx)
        {
            return Poll::Ready(match change {
                SessionChange::Ended => Work::SessionEnded,
                SessionChange::Banned => Work::Banned,
                SessionChange::Renamed(name) => Work::Renamed(name),
            });
        }
        if self.network.as_ref().is_some_and(|network| network.poll_banned(cx).is_ready()) {
            return Poll::Ready(Work::Banned);
        }
        if let Some((cursor, _)) = self.subscriptions.iter().find(|(cursor, _)| cursor.is_behind) {
            return Poll::Ready(Work::CatchUp(cursor.topic().clone()));
        }
        if let Poll::Ready(completed) = self.poll_completed(cx) {
            return Poll::Ready(Work::Completed(CompletedWork(completed)));
        }
        if self.inbox.as_ref().is_some_and(|inbox| inbox.poll_ready(cx).is_ready()) {
            return Poll::Ready(Work::InboxReady);
        }
        match self.dialect {
            Dialect::AwaitingHello(deadline) if Instant::now() >= deadline => Poll::Ready(Work::NoHello),
            _ => Poll::Pending,
        }
    }
}
