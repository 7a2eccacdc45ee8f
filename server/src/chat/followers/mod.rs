//! The people who are connected, the topics that they follow, and the updates about those topics that each connection has
//! yet to be sent.
//!
//! A commit only checks whether a connected person follows its topic. A background task, which runs once an interval while
//! there are updates, then reads the state of all changed topics in one query and fills the followers' inboxes.

mod inbox;
mod state;

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::Duration,
};

use app::protocol::{Event, EventKind, Head, Membership, TopicName, UserId};
use parking_lot::{Mutex, MutexGuard};
use tokio::{runtime::Handle, time::sleep};
use tracing::error;

use crate::{database::Database, members};
pub(super) use inbox::{InboxReceiver, InboxUpdates};
use state::{State, TopicUpdate};

const MAX_TOPICS_PER_QUERY: usize = 500;

/// The registry of connected people; cheap to clone.
#[derive(Clone)]
pub(super) struct Followers {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    database: Database,
    notify_interval: Duration,
}

impl Followers {
    /// An empty registry. Followers of a topic are notified of its head at most once per `notify_interval`.
    pub(super) fn new(database: Database, notify_interval: Duration) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::default(), database, notify_interval }) }
    }

    /// Registers a connection of `user` until the returned receiver is dropped.
    pub(super) fn connect(&self, user: UserId) -> InboxReceiver {
        let inbox = Arc::default();
        self.lock().connect(user, Arc::clone(&inbox));
        InboxReceiver::new(self.clone(), user, inbox)
    }

    pub(super) fn set_following(&self, user: UserId, topic: &TopicName, is_following: bool) {
        self.lock().set_following(user, topic, is_following);
    }

    /// Records that a connection was sent this membership. If it counts mentions, the person is notified when a mention is
    /// edited away or deleted.
    pub(super) fn membership_sent(&self, user: UserId, membership: &Membership) {
        self.lock().membership_sent(user, membership);
    }

    /// A person's membership of a topic changed: notifies all their connections except the one that changed it.
    pub(super) fn membership_changed(&self, user: UserId, topic: &TopicName, except: Option<&InboxReceiver>) {
        let inboxes = self.lock().inboxes(user);
        let others = inboxes.iter().filter(|inbox| except.is_none_or(|receiver| !receiver.receives(inbox)));
        others.for_each(|inbox| inbox.push_membership(topic));
    }

    /// A person's read position in a topic moved: notifies all their connections if they follow the topic.
    pub(super) fn read_position_changed(&self, user: UserId, topic: &TopicName) {
        let inboxes = {
            let state = self.lock();
            if state.is_following(user, topic) { state.inboxes(user) } else { Vec::new() }
        };
        inboxes.iter().for_each(|inbox| inbox.push_membership(topic));
    }

    /// Whether a person has a connection here.
    pub(super) fn is_connected(&self, user: UserId) -> bool {
        self.lock().is_connected(user)
    }

    /// Returns the topics with connected followers.
    pub(super) fn topics(&self) -> Vec<TopicName> {
        self.lock().followed_topics()
    }

    /// Whether a topic has connected followers.
    pub(super) fn has_followers(&self, topic: &TopicName) -> bool {
        self.lock().has_followers(topic)
    }

    /// Notes a committed event. Mentioned followers are notified at once, all followers with the next interval.
    pub(super) fn event_committed(&self, event: &Event) {
        let mentions: &[UserId] = match &event.kind {
            EventKind::Message { mentions, .. } | EventKind::Edit { mentions, .. } => mentions,
            _ => &[],
        };
        let may_remove_mentions = event.kind.replaces_text();
        let may_rename = matches!(event.kind, EventKind::About { .. });
        let update = TopicUpdate { may_remove_mentions, may_rename, ..TopicUpdate::default() };
        let mentioned: Vec<_> = {
            let mut state = self.lock();
            self.record(&mut state, &event.topic, update);
            let is_following = |user: &&UserId| state.is_following(**user, &event.topic);
            mentions.iter().filter(is_following).flat_map(|user| state.inboxes(*user)).collect()
        };
        mentioned.iter().for_each(|inbox| inbox.push_membership(&event.topic));
    }

    /// The log may hold events of a topic that were not announced: assumes that they changed everything.
    pub(super) fn commit_uncertain(&self, topic: &TopicName) {
        let update = TopicUpdate { may_add_mentions: true, may_remove_mentions: true, may_rename: true };
        self.record(&mut self.lock(), topic, update);
    }

    fn record(&self, state: &mut State, topic: &TopicName, update: TopicUpdate) {
        // Outside a runtime no connection is left to notify.
        if let (true, Ok(runtime)) = (state.record(topic, update), Handle::try_current()) {
            runtime.spawn(notify_loop(Arc::downgrade(&self.shared), self.shared.notify_interval));
        }
    }

    async fn notify(&self, updates: BTreeMap<TopicName, TopicUpdate>) {
        let topics: Vec<_> = updates.keys().cloned().collect();
        for chunk in topics.chunks(MAX_TOPICS_PER_QUERY) {
            match members::heads(&self.shared.database, chunk).await {
                Ok(heads) => heads.into_iter().for_each(|head| self.push_head(head, &updates)),
                Err(error) => {
                    error!(%error, "people.heads_failed");
                    // Kept for the next interval, which tries again.
                    let mut state = self.lock();
                    let update = |topic| updates.get(topic).copied().unwrap_or_default();
                    chunk.iter().for_each(|topic| state.merge(topic, update(topic)));
                }
            }
        }
        updates.iter().for_each(|(topic, update)| self.push_memberships(topic, *update));
    }

    /// Sends a topic's head to its followers; with the title only if that may have changed.
    fn push_head(&self, mut head: Head, updates: &BTreeMap<TopicName, TopicUpdate>) {
        head.title.take_if(|_| !updates.get(&head.topic).is_some_and(|update| update.may_rename));
        let inboxes = self.lock().inboxes_of_followers(&head.topic);
        inboxes.iter().for_each(|inbox| inbox.push_head(&head));
    }

    /// Makes followers whose count of mentions may have changed read their membership again.
    fn push_memberships(&self, topic: &TopicName, update: TopicUpdate) {
        let inboxes = match update {
            TopicUpdate { may_add_mentions: true, .. } => self.lock().inboxes_of_followers(topic),
            TopicUpdate { may_remove_mentions: true, .. } => self.lock().inboxes_of_mentioned(topic),
            _ => return,
        };
        inboxes.iter().for_each(|inbox| inbox.push_membership(topic));
    }

    /// Does the work of the next interval.
    #[cfg(test)]
    pub(super) async fn notify_now(&self) {
        let updates = self.lock().take_updates().unwrap_or_default();
        self.notify(updates).await;
    }

    fn disconnect(&self, receiver: &InboxReceiver) {
        self.lock().disconnect(receiver.user, |inbox| receiver.receives(inbox));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock()
    }
}

/// Notifies followers once an interval. Ends with the first interval without an update, or with the registry.
async fn notify_loop(followers: Weak<Shared>, interval: Duration) {
    loop {
        sleep(interval).await;
        let Some(shared) = followers.upgrade() else { return };
        let followers = Followers { shared };
        let Some(updates) = followers.lock().take_updates() else { return };
        followers.notify(updates).await;
    }
}

#[cfg(test)]
mod tests;
