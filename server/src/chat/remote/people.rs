//! Changes by other nodes for the people who are connected here: memberships, read marks, and sessions.

use app::protocol::{Follow, TopicName, UserId};
use tracing::debug;

use super::RemoteEvents;
use crate::{
    chat::followers::Followers,
    members::{MemberError, Members},
    nodes::SignalBus,
    session::Sessions,
};

/// People whose memberships a poll compares with the store while signals arrive, which announce changes at once.
const PEOPLE_PER_POLL: usize = 50;
/// The same without signals, and after some were lost.
const MAX_PEOPLE_PER_POLL: usize = 500;
/// Polls after which all open sessions were compared with the store while signals arrive.
const SESSION_TURNS: usize = 5;
/// The same without signals: nothing else shows that another node has ended a session.
const SESSION_TURNS_WITHOUT_SIGNALS: usize = 2;

/// Brings what other nodes have changed to the connections of this one.
#[derive(Clone)]
pub(in crate::chat) struct RemotePeople {
    pub(in crate::chat) followers: Followers,
    pub(in crate::chat) members: Members,
    pub(in crate::chat) sessions: Sessions,
}

impl RemotePeople {
    /// A person has read a topic on another node, which stores the mark soon.
    pub(super) fn receive_read(&self, remote: &RemoteEvents, user: UserId, topic: &TopicName, seq: u64) {
        if self.followers.is_connected(user) {
            self.members.read_elsewhere(user, topic, seq);
            remote.known.lock().read(user, topic, seq);
            self.followers.read_position_changed(user, topic);
        }
    }

    /// A person follows a topic in another way than before. The store says how.
    pub(super) async fn receive_membership(
        &self,
        remote: &RemoteEvents,
        user: UserId,
        topic: &TopicName,
    ) -> Result<(), MemberError> {
        if !self.followers.is_connected(user) {
            return Ok(());
        }
        let Some(membership) = self.members.membership(user, topic).await? else { return Ok(()) };
        self.followers.set_following(user, topic, membership.follow != Follow::None);
        remote.record_head_read(topic, membership.head);
        if remote.known.lock().is_rewound(user, &membership) {
            // Read before the messages were marked as unread.
            self.members.forget_mark(user, topic);
        }
        remote.known.lock().changed(user, &membership);
        self.followers.membership_changed(user, topic, None);
        Ok(())
    }

    /// Sessions of a person, or of anyone, were changed by another node.
    pub(super) async fn check_sessions(&self, user: Option<UserId>) {
        if let Err(error) = self.sessions.check_open(user).await {
            debug!(%error, "nodes.sessions_unreadable: the next poll tries again");
        }
    }

    /// Compares some sessions of open connections with the store, in turn.
    pub(super) async fn check_some_sessions(&self, bus: &dyn SignalBus) {
        if let Err(error) = self.sessions.check_next(session_turns(bus)).await {
            debug!(%error, "nodes.sessions_unreadable: the next poll tries again");
        }
    }

    /// Compares the memberships of some connected people with the store.
    pub(super) async fn check_memberships(&self, remote: &RemoteEvents) -> Result<(), MemberError> {
        let usual = if remote.bus.has_signals() { PEOPLE_PER_POLL } else { MAX_PEOPLE_PER_POLL };
        let is_connected = |user| self.followers.is_connected(user);
        let people = remote.known.lock().next_people(is_connected, usual, MAX_PEOPLE_PER_POLL);
        if people.is_empty() {
            return Ok(());
        }
        let stored = self.members.stored(&people).await?;
        let changes = remote.known.lock().take_changes(stored);
        for changed in changes {
            let is_following = changed.follow != Follow::None;
            self.followers.set_following(changed.user, &changed.topic, is_following);
            self.followers.membership_changed(changed.user, &changed.topic, None);
        }
        Ok(())
    }
}

fn session_turns(bus: &dyn SignalBus) -> usize {
    if bus.has_signals() && bus.is_connected() { SESSION_TURNS } else { SESSION_TURNS_WITHOUT_SIGNALS }
}

#[cfg(test)]
mod tests {
    use futures::future::{BoxFuture, pending};

    use super::*;
    use crate::nodes::{BusItem, NoSignals, Signal};

    struct Bus {
        is_connected: bool,
    }

    impl SignalBus for Bus {
        fn announce(&self, _: Signal) {}

        fn recv(&self) -> BoxFuture<'_, BusItem> {
            Box::pin(pending())
        }

        fn is_connected(&self) -> bool {
            self.is_connected
        }
    }

    #[test]
    fn sessions_are_checked_sooner_while_no_signals_arrive() {
        assert_eq!(session_turns(&Bus { is_connected: true }), SESSION_TURNS);
        for bus in [&Bus { is_connected: false } as &dyn SignalBus, &NoSignals] {
            assert_eq!(session_turns(bus), SESSION_TURNS_WITHOUT_SIGNALS);
        }
    }
}
