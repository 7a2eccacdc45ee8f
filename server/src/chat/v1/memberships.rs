//! Frames about people and memberships, and the updates that a person's other connections are sent.

use app::protocol::{CloseCode, ErrorCode, Follow, Membership, Person, ServerFrame, TopicName, UserId};
use tracing::error;

use super::reply::{reject, reject_denied, reject_unavailable, send};
use crate::{
    chat::{
        Chat, Frame,
        client_state::ClientState,
        followers::{InboxReceiver, InboxUpdates},
    },
    endpoint::{CloseReason, ConnectionHandle, HandlerResult},
    members::MemberError,
    rights::{Door, Permission, Readable},
};

/// People in one `members` reply.
const MAX_PEOPLE: usize = 200;

impl Chat {
    /// Registers the connection of a person with a session for updates about the topics that they follow, and returns
    /// their memberships.
    pub(super) async fn connect_person(
        &self,
        client: &mut ClientState,
    ) -> Result<Vec<Membership>, CloseReason> {
        if client.session.is_none() {
            return Ok(Vec::new());
        }
        let user = client.user;
        let person = client.person();
        client.inbox = Some(Box::new(self.followers.connect(user)));
        // Followed topics are registered before the memberships are read, so a change in between is either in the
        // result or an update.
        let topics = self.members.followed_topics(user).await.map_err(close_unreadable)?;
        let topics = self.rights.visible(Door::FollowedTopics, &person, topics, |topic| topic);
        topics.iter().for_each(|topic| self.followers.set_following(user, topic, true));
        let memberships = self.memberships(Door::Welcome, &person).await.map_err(close_unreadable)?;
        for membership in &memberships {
            self.record_head_read(&membership.topic, membership.head);
            self.followers.membership_sent(user, membership);
        }
        if let Some(remote) = &self.remote {
            let topics_outdated_elsewhere = remote.memberships_sent(user, &memberships);
            topics_outdated_elsewhere
                .iter()
                .for_each(|topic| self.followers.membership_changed(user, topic, client.inbox.as_deref()));
        }
        Ok(memberships)
    }

    pub(super) async fn on_follow(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        reference: u64,
        topic: &TopicName,
        follow: Follow,
        favourite: Option<bool>,
    ) -> HandlerResult {
        let user = client.user;
        let inbox = client.inbox.as_deref();
        if client.session.is_none() {
            let message = "only somebody with a session follows topics; open the page first";
            reject(connection, Some(reference), ErrorCode::NoSession, message);
            return Ok(());
        }
        let readable = match self.rights.follow(Door::SocketFollow, &client.person(), topic) {
            Ok(readable) => readable,
            Err(denied) => {
                reject_denied(connection, reference, denied);
                return Ok(());
            }
        };
        match self.follow_with(user, &client.name, &readable, follow, favourite, inbox).await {
            Ok(membership) => {
                self.membership_sent(user, &membership);
                send(connection, &ServerFrame::Membership { reference: Some(reference), membership });
            }
            Err(MemberError::Unavailable(error)) => {
                error!(%error, "members.follow_failed");
                reject_unavailable(
                    connection,
                    Some(reference),
                    "the server cannot store that just now; try again",
                );
            }
            Err(error) => reject(connection, Some(reference), error.code(), error.to_string()),
        }
        Ok(())
    }

    pub(super) async fn on_read(&self, client: &ClientState, topic: &TopicName, seq: u64, unread: bool) {
        if client.session.is_none() {
            return;
        }
        // The frame has no reply, so a denial has none.
        let Ok(readable) = self.rights.follow(Door::SocketRead, &client.person(), topic) else { return };
        self.set_read_position(client.user, &readable, seq, unread).await;
    }

    pub(super) fn on_members(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &ClientState,
        reference: u64,
        topic: TopicName,
    ) {
        let readable = match self.rights.read(Door::SocketMembers, &client.person(), &topic) {
            Ok(readable) => readable,
            Err(denied) => return reject_denied(connection, reference, denied),
        };
        let (here, people) = self.people_here(&readable);
        send(connection, &ServerFrame::Members { reference, topic, here, people });
    }

    /// Returns how many people are in a topic, and the first of them by name.
    pub(crate) fn people_here(&self, topic: &Readable) -> (u64, Vec<Person>) {
        self.presence.people_by_name(topic.topic(), MAX_PEOPLE)
    }

    /// Returns how many people are in a topic, and the first `limit` of them by id, after the id `after`.
    pub(crate) fn people_after(
        &self,
        topic: &Readable,
        after: Option<UserId>,
        limit: usize,
    ) -> (u64, Vec<Person>) {
        self.presence.people_by_id(topic.topic(), after, limit)
    }

    /// Sends the updates of the inbox.
    pub(in crate::chat) async fn send_updates(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
    ) {
        let Some(InboxUpdates { memberships, mut heads }) =
            client.inbox.as_deref_mut().map(InboxReceiver::take)
        else {
            return;
        };
        // Subscribers of a topic know its head.
        heads.retain(|topic, _| client.cursor(topic).is_none());
        let person = client.person();
        heads.retain(|topic, _| self.rights.allows(Door::Heads, &person, Permission::Read, topic));
        if !heads.is_empty() {
            send(connection, &ServerFrame::Heads { topics: heads.into_values().collect() });
        }
        if !memberships.is_empty() {
            self.send_memberships(connection, client, &memberships.into_iter().collect::<Vec<_>>()).await;
        }
    }

    async fn send_memberships(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &ClientState,
        topics: &[TopicName],
    ) {
        match self.members.memberships_in(client.user, topics).await {
            Ok(memberships) => {
                let person = client.person();
                let memberships =
                    self.rights.visible(Door::Memberships, &person, memberships, |one| &one.topic);
                for membership in memberships {
                    self.membership_sent(client.user, &membership);
                    send(connection, &ServerFrame::Membership { reference: None, membership });
                }
            }
            Err(error) => {
                error!(%error, "members.read_failed");
                if let Some(inbox) = &client.inbox {
                    inbox.requeue(topics);
                }
            }
        }
    }
}

/// Closes the connection of a client whose memberships cannot be read. It reconnects.
fn close_unreadable(error: MemberError) -> CloseReason {
    error!(%error, "members.read_failed");
    CloseReason::Server(CloseCode::Unavailable)
}
