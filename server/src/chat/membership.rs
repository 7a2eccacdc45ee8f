//! What a person with a session is, wherever they speak: a name, and a place in topics.

use app::protocol::{Follow, Membership, Name, TopicName, UserId};
use tracing::error;

use super::{Chat, followers::InboxReceiver};
use crate::{
    members::MemberError,
    session::{Session, SessionError},
};

impl Chat {
    /// The name that a session's person goes by from now on.
    pub(crate) async fn rename_person(&self, session: &Session, name: &Name) -> Result<(), SessionError> {
        self.sessions.rename(session, name).await?;
        if let Err(error) = self.members.rename(session.user, name).await {
            // They are mentioned by their old name until they take another one or follow anew.
            error!(%error, "members.rename_failed");
        }
        Ok(())
    }

    /// What somebody follows, in the order of the topics' names.
    pub(crate) async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, MemberError> {
        self.members.memberships(user).await
    }

    /// Somebody's place in a topic; none when they never followed it.
    pub(crate) async fn membership(
        &self,
        user: UserId,
        topic: &TopicName,
    ) -> Result<Option<Membership>, MemberError> {
        self.members.membership(user, topic).await
    }

    /// Follows a topic or no longer; all the person's connections hear of it.
    pub(crate) async fn follow(
        &self,
        user: UserId,
        name: &Name,
        topic: &TopicName,
        follow: Follow,
    ) -> Result<Membership, MemberError> {
        self.follow_with(user, name, topic, follow, None).await
    }

    /// The same; one connection is answered and need not hear of it.
    pub(super) async fn follow_with(
        &self,
        user: UserId,
        name: &Name,
        topic: &TopicName,
        follow: Follow,
        inbox: Option<&InboxReceiver>,
    ) -> Result<Membership, MemberError> {
        let place = self.members.follow(user, name, topic, follow).await?;
        self.followers.set_following(user, topic, follow != Follow::None);
        self.followers.membership_changed(user, topic, inbox);
        Ok(place)
    }

    /// Somebody has read up to a place, but not beyond the end: what is said later is not read.
    pub(crate) async fn has_read(&self, user: UserId, topic: &TopicName, seq: u64) {
        let head = match self.log.head(topic).await {
            Ok(head) => head,
            Err(error) => return error!(%error, "log.read_failed"),
        };
        if seq.min(head) > 0 {
            self.members.read(user, topic, seq.min(head)).await;
            self.followers.read_position_changed(user, topic);
        }
    }

    /// Somebody has written in a topic, and follows it unless they chose something else. Never waits.
    pub(crate) fn has_written(&self, user: UserId, name: &Name, topic: &TopicName) {
        self.members.queue_auto_follow(user, name, topic);
    }

    /// The same, with what they read on the way: everything up to what they wrote.
    pub(crate) async fn has_written_on_a_page(&self, user: UserId, name: &Name, topic: &TopicName, seq: u64) {
        self.members.auto_follow(user, name, topic).await;
        self.has_read(user, topic, seq).await;
    }
}
