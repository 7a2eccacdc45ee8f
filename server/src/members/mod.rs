//! Memberships: which topics a person follows, and how far they have read each. The number of unread messages is the difference
//! of two stored counts, so nothing is ever counted by reading the event log.
//!
//! Read marks are kept in memory and stored about once a second, and at shutdown. A crash can lose the marks of one second;
//! those messages count as unread again. Queries take the marks in memory into account.
//!
//! A follow that comes with a message is stored after the message, so that no author waits for it. After the next start, a task
//! stores those that a crash has left out.

mod auto_follow;
mod entity;
mod name_key;
mod pending_reads;
mod store;
mod writer;

use std::{collections::HashMap, sync::Arc, time::Duration};

use app::protocol::{ErrorCode, Follow, Head, Membership, Name, Timestamp, TopicName, UserId};
use sea_orm::DbErr;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::task::TaskTracker;

use crate::{
    config::Limits,
    database::{Database, is_transient},
};
use auto_follow::AutoFollow;
pub use name_key::{name_key, name_keys};
use pending_reads::PendingReads;
use store::{MemberStore, MissedFollow};
use writer::MembershipWriter;

/// Automatic follows in the queue. When it is full, a person follows with a later message of theirs.
const QUEUE_CAPACITY: usize = 1_024;

/// How long a read mark without room waits for the writers before it.
const WRITE_LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a person cannot follow a topic.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MemberError {
    /// The topic has no messages yet.
    #[error("there is no such topic yet; its first message creates it")]
    NotFound,
    /// The person is at the limit of followed topics.
    #[error("you follow as many topics as allowed (max-followed); unfollow one first")]
    TooMany,
    /// The database failed.
    #[error("the members cannot be read or stored: {0}")]
    Unavailable(Arc<DbErr>),
}

impl MemberError {
    /// Whether PostgreSQL was out of reach for a moment.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(error) if is_transient(error))
    }

    /// The code on the wire.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::TooMany => ErrorCode::TooManyTopics,
            Self::Unavailable(_) => ErrorCode::Unavailable,
        }
    }
}

impl From<DbErr> for MemberError {
    fn from(error: DbErr) -> Self {
        Self::Unavailable(Arc::new(error))
    }
}

/// A membership without its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMembership {
    pub(crate) user: UserId,
    pub(crate) topic: TopicName,
    pub(crate) follow: Follow,
    pub(crate) read: u64,
    pub(crate) rewinds: u64,
    pub(crate) favourite: bool,
}

/// All memberships; cheap to clone.
#[derive(Clone)]
pub struct Members {
    store: MemberStore,
    pending: Arc<PendingReads>,
    queue: mpsc::Sender<AutoFollow>,
}

impl Members {
    /// Spawns a task on `tracker` that stores what is kept in memory; it ends when all handles are gone and everything is stored.
    /// `on_follow` is called for each person who follows a topic because they wrote in it.
    pub fn open(
        database: Database,
        limits: &Limits,
        tracker: &TaskTracker,
        on_follow: impl Fn(UserId, &TopicName) + Send + Sync + 'static,
    ) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE_CAPACITY);
        let store = MemberStore::new(database, limits.max_followed);
        let pending = Arc::<PendingReads>::default();
        let writer =
            MembershipWriter::new(store.clone(), Arc::clone(&pending), receiver, Box::new(on_follow));
        tracker.spawn(writer.run());
        Self { store, pending, queue }
    }

    /// Returns a person's memberships in the topics that they follow, in the order of the topics' names.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, MemberError> {
        Ok(self.store.followed(user, &self.pending.of(user)).await?)
    }

    /// Returns a person's memberships in some topics, including topics that they no longer follow.
    pub async fn memberships_in(
        &self,
        user: UserId,
        topics: &[TopicName],
    ) -> Result<Vec<Membership>, MemberError> {
        Ok(self.store.memberships_in(user, topics, &self.pending.of(user)).await?)
    }

    /// Returns a person's membership in a topic, or `None` when they never followed it or wrote there.
    pub async fn membership(
        &self,
        user: UserId,
        topic: &TopicName,
    ) -> Result<Option<Membership>, MemberError> {
        Ok(self.memberships_in(user, std::slice::from_ref(topic)).await?.pop())
    }

    /// Returns the topics that a person follows.
    pub async fn followed_topics(&self, user: UserId) -> Result<Vec<TopicName>, MemberError> {
        Ok(self.store.followed_topics(user).await?)
    }

    /// Changes whether a person follows a topic, and with `favourite` whether it is one of their favourites. Nothing in the topic is
    /// unread for a new follower.
    pub async fn follow(
        &self,
        user: UserId,
        name: &Name,
        topic: &TopicName,
        follow: Follow,
        favourite: Option<bool>,
    ) -> Result<Membership, MemberError> {
        self.store.follow(user, &name_key(name.as_str()), topic, follow, favourite).await?;
        self.membership(user, topic).await?.ok_or(MemberError::NotFound)
    }

    /// Makes a person follow a topic because they wrote in it, unless they have a membership there. Does not wait.
    pub fn queue_auto_follow(&self, user: UserId, name: &Name, topic: &TopicName) {
        // When the queue is full, they follow with their next message.
        let _ = self.queue.try_send(AutoFollow::new(user, name, topic, None));
    }

    /// Like [`queue_auto_follow`](Self::queue_auto_follow), and waits until it is stored.
    pub async fn auto_follow(&self, user: UserId, name: &Name, topic: &TopicName) {
        let (done, stored) = oneshot::channel();
        if self.queue.send(AutoFollow::new(user, name, topic, Some(done))).await.is_ok() {
            let _ = stored.await;
        }
    }

    /// Stores the follows of authors that a killed process has left out, and waits for it. With `before`, ignores events from that
    /// time on.
    pub(crate) async fn follow_missed_authors(&self, before: Option<Timestamp>) -> Result<(), MemberError> {
        let mut attempts = Vec::new();
        for MissedFollow { user, name, topic, seq } in self.store.missed_follows(before).await? {
            let (done, stored) = oneshot::channel();
            let follow = AutoFollow::new(user, &name, &topic, Some(done));
            if self.queue.send(AutoFollow { read: Some(seq), ..follow }).await.is_ok() {
                attempts.push(stored);
            }
        }
        for stored in attempts {
            let _ = stored.await;
        }
        Ok(())
    }

    /// Marks a topic as read up to `seq`. The mark never goes back by it.
    pub async fn read(&self, user: UserId, topic: &TopicName, seq: u64) {
        if !self.pending.mark(user, topic, seq) {
            self.read_when_full(user, topic, seq).await;
        }
    }

    /// Moves a read mark to `seq`, also backwards, and stores it at once. Returns whether there is a membership.
    pub(crate) async fn mark_unread(
        &self,
        user: UserId,
        topic: &TopicName,
        seq: u64,
    ) -> Result<bool, MemberError> {
        // While it is held, no mark from before is stored.
        let _guard = self.pending.write_lock.lock().await;
        self.pending.forget(user, topic);
        Ok(self.store.mark_unread(user, topic, seq).await?)
    }

    /// Forgets a mark that is not stored yet: another server has moved the stored one back. If this server stores the mark after that
    /// and before it is forgotten here, the messages are read again. An idle connection of the person to this server suffices
    /// for it, because the server notes here what was read on others.
    pub(crate) fn forget_mark(&self, user: UserId, topic: &TopicName) {
        self.pending.forget(user, topic);
    }

    /// Notes a read mark of another server, which stores it. Without room for it, it counts once it is stored.
    pub(crate) fn read_elsewhere(&self, user: UserId, topic: &TopicName, seq: u64) {
        let _ = self.pending.mark(user, topic, seq);
    }

    /// Returns how some people follow topics and what they have read there, as it is stored.
    pub(crate) async fn stored(&self, people: &[UserId]) -> Result<Vec<StoredMembership>, MemberError> {
        Ok(self.store.stored(people).await?)
    }

    /// Makes room for a mark by storing one batch, one caller at a time. Storing a single batch keeps the cost of a mark constant,
    /// however many are pending. If there is still no room, the mark is lost and its messages count as unread again.
    async fn read_when_full(&self, user: UserId, topic: &TopicName, seq: u64) {
        let Ok(_guard) = timeout(WRITE_LOCK_TIMEOUT, self.pending.write_lock.lock()).await else { return };
        if !self.pending.mark(user, topic, seq) {
            let marks = self.pending.batch_for(user, writer::MAX_BATCH_ROWS);
            writer::store_marks(&self.store, &self.pending, &marks).await;
            self.pending.mark(user, topic, seq);
        }
    }

    /// Changes the name under which a person is found in all their topics.
    pub async fn rename(&self, user: UserId, name: &Name) -> Result<(), MemberError> {
        Ok(self.store.rename(user, &name_key(name.as_str())).await?)
    }

    /// Returns the people in a topic with one of these name keys: those who have followed it or written there.
    pub async fn find_by_name_keys(
        &self,
        topic: &TopicName,
        keys: &[String],
    ) -> Result<HashMap<String, Vec<UserId>>, MemberError> {
        Ok(self.store.find_by_name_keys(topic, keys).await?)
    }

    #[cfg(test)]
    async fn flush(&self) {
        writer::flush(&self.store, &self.pending).await;
    }
}

/// Returns the heads and titles of some topics.
pub async fn heads(database: &Database, topics: &[TopicName]) -> Result<Vec<Head>, MemberError> {
    Ok(store::heads(database, topics).await?)
}

/// Lowers read marks to the topics' heads. After a restore from a backup, a history may be shorter than what was read of it.
pub async fn clamp_read_marks(database: &Database) -> Result<(), MemberError> {
    Ok(store::clamp_read_marks(database).await?)
}

#[cfg(test)]
mod tests;
