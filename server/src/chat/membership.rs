//! The names and memberships of people with a session. All entry points use these functions.

use std::time::Duration;

use app::protocol::{Follow, Membership, Name, TopicName, UserId};
use tokio::time::sleep;
use tracing::error;

use super::{Chat, followers::InboxReceiver};
use crate::{
    clock,
    members::MemberError,
    rights::{Door, Person, Readable},
    session::{Session, SessionError},
};

/// A running server has stored the follow of a message by then, as a rule. A follow that is stored twice is stored once.
const FOLLOW_DELAY: Duration = Duration::from_secs(2);

impl Chat {
    /// Renames a session's person.
    pub(crate) async fn rename_person(&self, session: &Session, name: &Name) -> Result<(), SessionError> {
        self.sessions.rename(session, name).await?;
        if let Err(error) = self.members.rename(session.user, name).await {
            // Mentions find them by the old name until they are renamed again or follow anew.
            error!(%error, "members.rename_failed");
        }
        Ok(())
    }

    /// Returns the topics that a person follows and may read, ordered by name. A stranger follows none.
    pub(crate) async fn memberships(
        &self,
        door: Door,
        person: &Person,
    ) -> Result<Vec<Membership>, MemberError> {
        let Some(user) = person.user() else { return Ok(Vec::new()) };
        let memberships = self.members.memberships(user).await?;
        Ok(self.rights.visible(door, person, memberships, |membership| &membership.topic))
    }

    /// Returns a person's membership of a topic, or `None` if they never followed it.
    pub(crate) async fn membership(
        &self,
        user: UserId,
        topic: &Readable,
    ) -> Result<Option<Membership>, MemberError> {
        self.members.membership(user, topic.topic()).await
    }

    /// Follows, mutes or unfollows a topic, makes it a favourite or not with `favourite`, and notifies all connections of the person.
    pub(crate) async fn follow(
        &self,
        user: UserId,
        name: &Name,
        topic: &Readable,
        follow: Follow,
        favourite: Option<bool>,
    ) -> Result<Membership, MemberError> {
        self.follow_with(user, name, topic, follow, favourite, None).await
    }

    /// The same, without notifying the connection that asked for it: its reply holds the membership.
    pub(super) async fn follow_with(
        &self,
        user: UserId,
        name: &Name,
        topic: &Readable,
        follow: Follow,
        favourite: Option<bool>,
        inbox: Option<&InboxReceiver>,
    ) -> Result<Membership, MemberError> {
        let topic = topic.topic();
        let membership = self.members.follow(user, name, topic, follow, favourite).await?;
        self.followers.set_following(user, topic, follow != Follow::None);
        self.record_head_read(topic, membership.head);
        if let Some(remote) = &self.remote {
            remote.followed(user, &membership);
        }
        self.followers.membership_changed(user, topic, inbox);
        Ok(membership)
    }

    /// Moves a person's read position as a `read` frame says.
    pub(crate) async fn set_read_position(&self, user: UserId, topic: &Readable, seq: u64, unread: bool) {
        if unread {
            self.mark_unread(user, topic, seq).await;
        } else {
            self.mark_read(user, topic, seq).await;
        }
    }

    /// Moves a person's read position forward, but not past the head: later messages are unread.
    async fn mark_read(&self, user: UserId, topic: &Readable, seq: u64) {
        match self.log.head(topic).await {
            Ok(head) => self.read_to(user, topic.topic(), seq.min(head)).await,
            Err(error) => error!(%error, "log.read_failed"),
        }
    }

    /// Moves a person's read position forward to `seq`, which the topic has reached.
    async fn read_to(&self, user: UserId, topic: &TopicName, seq: u64) {
        if seq == 0 {
            return;
        }
        self.members.read(user, topic, seq).await;
        if let Some(remote) = &self.remote {
            remote.read(user, topic, seq);
        }
        self.followers.read_position_changed(user, topic);
    }

    /// Moves a person's read position to `seq`, also backwards: the messages after it are marked as unread.
    async fn mark_unread(&self, user: UserId, topic: &Readable, seq: u64) {
        let topic = topic.topic();
        match self.members.mark_unread(user, topic, seq).await {
            Ok(true) => {
                if let Some(remote) = &self.remote {
                    remote.marked_unread(user, topic);
                }
                self.followers.membership_changed(user, topic, None);
            }
            Ok(false) => {}
            Err(error) => error!(%error, "members.read_failed"),
        }
    }

    /// Makes a person who wrote in a topic follow it, unless they chose otherwise before. Returns at once; a task
    /// writes it to the store.
    pub(crate) fn follow_as_author(&self, user: UserId, name: &Name, topic: &TopicName) {
        self.members.queue_auto_follow(user, name, topic);
    }

    /// Makes people follow the topics that they wrote in shortly before a process was killed, if that was not stored any more. With a
    /// shared database it first waits for the servers that run, which store their own. Errors are logged: people follow with their next
    /// message.
    pub(crate) async fn follow_missed_authors(&self) {
        let started = self.remote.as_ref().map(|_| clock::now());
        if started.is_some() {
            sleep(FOLLOW_DELAY).await;
        }
        if let Err(error) = self.members.follow_missed_authors(started).await {
            error!(%error, "members.join_failed");
        }
    }

    /// Makes a person who wrote in a topic follow it, and marks the topic as read up to their event. Waits for the
    /// store.
    pub(crate) async fn follow_and_mark_read(&self, user: UserId, name: &Name, topic: &TopicName, seq: u64) {
        self.members.auto_follow(user, name, topic).await;
        self.read_to(user, topic, seq).await;
    }
}
