//! Who follows which topic, and has read how far. Unread is one number less another: nothing is ever counted by reading
//! the log.
//!
//! How far somebody has read is kept in memory and written about once a second, and at the end: a crash may lose a second
//! of it, which is read once more. Whoever asks meanwhile is told what is in memory.

mod entity;
mod keeper;
mod name_key;
mod pending;
mod store;

use std::{collections::HashMap, sync::Arc, time::Duration};

use app::protocol::{ErrorCode, Follow, Head, Membership, Name, TopicName, UserId};
use sea_orm::DbErr;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::task::TaskTracker;

use crate::{config::Limits, database::Database};
use keeper::{Joining, Keeper};
pub use name_key::{earlier_name_key, name_key};
use pending::Pending;
use store::Store;

/// People who have written and whose membership waits to be stored, at the most; one more joins with a later message.
const QUEUE: usize = 1_024;

/// How long a read mark that finds no room waits for others that make room.
const TURN_PATIENCE: Duration = Duration::from_secs(5);

/// Why somebody cannot follow a topic.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MemberError {
    /// Nobody has written there.
    #[error("there is no such topic yet; whoever writes in it makes it")]
    NotFound,
    /// They follow as many as they may.
    #[error("you follow as many topics as you may (max-followed); leave one first")]
    TooMany,
    /// The store does not answer.
    #[error("the members cannot be read or stored: {0}")]
    Unavailable(Arc<DbErr>),
}

impl MemberError {
    /// The wire's word for it.
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

/// All memberships; cheap to clone.
#[derive(Clone)]
pub struct Members {
    store: Store,
    pending: Arc<Pending>,
    queue: mpsc::Sender<Joining>,
}

impl Members {
    /// The memberships in this database. A task on `tracker` writes what is kept in memory; it ends once every handle is
    /// gone and all is written. `tell` hears of whoever follows a topic since they wrote in it.
    pub fn open(
        database: Database,
        limits: &Limits,
        tracker: &TaskTracker,
        tell: impl Fn(UserId, &TopicName) + Send + Sync + 'static,
    ) -> Self {
        let (queue, joining) = mpsc::channel(QUEUE);
        let (store, pending) = (Store::new(database, limits.max_followed), Arc::<Pending>::default());
        let keeper = Keeper::new(store.clone(), Arc::clone(&pending), joining, Box::new(tell));
        tracker.spawn(keeper.run());
        Self { store, pending, queue }
    }

    /// A person's place in each topic that they follow, in the order of the topics' names.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, MemberError> {
        Ok(self.store.followed(user, &self.pending.of(user)).await?)
    }

    /// A person's place in some topics, also in those that they do not follow any more.
    pub async fn places(&self, user: UserId, topics: &[TopicName]) -> Result<Vec<Membership>, MemberError> {
        Ok(self.store.places(user, topics, &self.pending.of(user)).await?)
    }

    /// A person's place in a topic; none when they never followed it.
    pub async fn membership(
        &self,
        user: UserId,
        topic: &TopicName,
    ) -> Result<Option<Membership>, MemberError> {
        Ok(self.places(user, std::slice::from_ref(topic)).await?.pop())
    }

    /// The topics that a person follows.
    pub async fn topics(&self, user: UserId) -> Result<Vec<TopicName>, MemberError> {
        Ok(self.store.topics(user).await?)
    }

    /// Follows a topic from now on, or no longer. Nothing is unread by joining.
    pub async fn follow(
        &self,
        user: UserId,
        name: &Name,
        topic: &TopicName,
        follow: Follow,
    ) -> Result<Membership, MemberError> {
        self.store.follow(user, &name_key(name.as_str()), topic, follow).await?;
        self.membership(user, topic).await?.ok_or(MemberError::NotFound)
    }

    /// Somebody wrote in a topic: they follow it from now on, unless they chose something else before. Never waits.
    pub fn wrote(&self, user: UserId, name: &Name, topic: &TopicName) {
        // A full queue means that they join with their next message.
        let _ = self.queue.try_send(Joining::new(user, name, topic, None));
    }

    /// The same, and waits until it is stored.
    pub async fn joins(&self, user: UserId, name: &Name, topic: &TopicName) {
        let (done, stored) = oneshot::channel();
        if self.queue.send(Joining::new(user, name, topic, Some(done))).await.is_ok() {
            let _ = stored.await;
        }
    }

    /// They have read up to there, or further before.
    pub async fn read(&self, user: UserId, topic: &TopicName, seq: u64) {
        if !self.pending.mark(user, topic, seq) {
            self.read_when_full(user, topic, seq).await;
        }
    }

    /// Makes room for a mark by writing one batch: a mark costs a mark, however many wait, and one caller writes at a time. A
    /// mark that finds no room then is lost, and its messages count as unread once more.
    async fn read_when_full(&self, user: UserId, topic: &TopicName, seq: u64) {
        let Ok(_turn) = timeout(TURN_PATIENCE, self.pending.turn.lock()).await else { return };
        if !self.pending.mark(user, topic, seq) {
            let marks = self.pending.some(user, keeper::BATCH);
            keeper::write(&self.store, &self.pending, &marks).await;
            self.pending.mark(user, topic, seq);
        }
    }

    /// The name they go by from now on.
    pub async fn rename(&self, user: UserId, name: &Name) -> Result<(), MemberError> {
        Ok(self.store.rename(user, &name_key(name.as_str())).await?)
    }

    /// The members of a topic whom these keys of names mean: those who have followed it or written there.
    pub async fn named(
        &self,
        topic: &TopicName,
        keys: &[String],
    ) -> Result<HashMap<String, Vec<UserId>>, MemberError> {
        Ok(self.store.named(topic, keys).await?)
    }

    #[cfg(test)]
    async fn flush(&self) {
        keeper::flush(&self.store, &self.pending).await;
    }
}

/// How far these topics have come, and what they are called.
pub async fn heads(database: &Database, topics: &[TopicName]) -> Result<Vec<Head>, MemberError> {
    Ok(store::heads(database, topics).await?)
}

/// A history that was replaced may be shorter than what was read of it: nobody has read beyond its end.
pub async fn clamp(database: &Database) -> Result<(), MemberError> {
    Ok(store::clamp(database).await?)
}

#[cfg(test)]
mod tests;
