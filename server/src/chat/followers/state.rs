//! The registry's maps. All methods run under one short lock.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use app::protocol::{Membership, TopicName, UserId};

use super::inbox::Inbox;

/// How a topic changed since its followers were last notified, beyond its new head.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TopicUpdate {
    /// Events were stored that nobody was notified of, and may mention any follower.
    pub(super) may_add_mentions: bool,
    /// A message was edited or deleted, so a mention may be gone.
    pub(super) may_remove_mentions: bool,
    /// The topic was described, so its title may be another.
    pub(super) may_rename: bool,
}

#[derive(Default)]
pub(super) struct State {
    people: HashMap<UserId, ConnectedPerson>,
    /// The connected followers of each topic that has any.
    followers: HashMap<TopicName, HashSet<UserId>>,
    /// Changed topics with followers who were not notified yet.
    updates: BTreeMap<TopicName, TopicUpdate>,
    is_notifier_running: bool,
}

/// A person with at least one connection.
#[derive(Default)]
struct ConnectedPerson {
    inboxes: Vec<Arc<Inbox>>,
    follows: HashSet<TopicName>,
    /// Topics whose membership, as last sent, counts mentions.
    mentioned_in: HashSet<TopicName>,
}

impl State {
    pub(super) fn connect(&mut self, user: UserId, inbox: Arc<Inbox>) {
        self.people.entry(user).or_default().inboxes.push(inbox);
    }

    pub(super) fn disconnect(&mut self, user: UserId, is_theirs: impl Fn(&Arc<Inbox>) -> bool) {
        let Some(person) = self.people.get_mut(&user) else { return };
        person.inboxes.retain(|inbox| !is_theirs(inbox));
        if person.inboxes.is_empty()
            && let Some(person) = self.people.remove(&user)
        {
            person.follows.iter().for_each(|topic| self.remove_follower(user, topic));
        }
    }

    pub(super) fn set_following(&mut self, user: UserId, topic: &TopicName, is_following: bool) {
        let Some(person) = self.people.get_mut(&user) else { return };
        if is_following {
            person.follows.insert(topic.clone());
            self.followers.entry(topic.clone()).or_default().insert(user);
        } else {
            person.follows.remove(topic);
            self.remove_follower(user, topic);
        }
    }

    fn remove_follower(&mut self, user: UserId, topic: &TopicName) {
        if let Some(followers) = self.followers.get_mut(topic) {
            followers.remove(&user);
            if followers.is_empty() {
                self.followers.remove(topic);
                self.updates.remove(topic);
            }
        }
    }

    pub(super) fn membership_sent(&mut self, user: UserId, membership: &Membership) {
        if let Some(person) = self.people.get_mut(&user) {
            if membership.mentions > 0 {
                person.mentioned_in.insert(membership.topic.clone());
            } else {
                person.mentioned_in.remove(&membership.topic);
            }
        }
    }

    /// Whether a person is connected and follows a topic.
    pub(super) fn is_following(&self, user: UserId, topic: &TopicName) -> bool {
        self.people.get(&user).is_some_and(|person| person.follows.contains(topic))
    }

    pub(super) fn is_connected(&self, user: UserId) -> bool {
        self.people.contains_key(&user)
    }

    pub(super) fn followed_topics(&self) -> Vec<TopicName> {
        self.followers.keys().cloned().collect()
    }

    pub(super) fn has_followers(&self, topic: &TopicName) -> bool {
        self.followers.contains_key(topic)
    }

    pub(super) fn inboxes(&self, user: UserId) -> Vec<Arc<Inbox>> {
        self.people.get(&user).map_or_else(Vec::new, |person| person.inboxes.clone())
    }

    pub(super) fn inboxes_of_followers(&self, topic: &TopicName) -> Vec<Arc<Inbox>> {
        self.inboxes_where(topic, |_| true)
    }

    pub(super) fn inboxes_of_mentioned(&self, topic: &TopicName) -> Vec<Arc<Inbox>> {
        self.inboxes_where(topic, |person| person.mentioned_in.contains(topic))
    }

    fn inboxes_where(
        &self,
        topic: &TopicName,
        is_included: impl Fn(&ConnectedPerson) -> bool,
    ) -> Vec<Arc<Inbox>> {
        let followers = self.followers.get(topic).into_iter().flatten();
        let people = followers.filter_map(|user| self.people.get(user)).filter(|person| is_included(person));
        people.flat_map(|person| person.inboxes.iter().cloned()).collect()
    }

    /// Records an update of a topic that has followers. Returns whether the caller has to start the notifier task.
    pub(super) fn record(&mut self, topic: &TopicName, update: TopicUpdate) -> bool {
        if !self.has_followers(topic) {
            return false;
        }
        self.merge(topic, update);
        !std::mem::replace(&mut self.is_notifier_running, true)
    }

    /// Adds an update to those that wait for the notifier.
    pub(super) fn merge(&mut self, topic: &TopicName, update: TopicUpdate) {
        let merged = self.updates.entry(topic.clone()).or_default();
        merged.may_add_mentions |= update.may_add_mentions;
        merged.may_remove_mentions |= update.may_remove_mentions;
        merged.may_rename |= update.may_rename;
    }

    /// Returns the updates since the last call, or `None` without any. After `None` the notifier task has to end.
    pub(super) fn take_updates(&mut self) -> Option<BTreeMap<TopicName, TopicUpdate>> {
        self.is_notifier_running = !self.updates.is_empty();
        self.is_notifier_running.then(|| std::mem::take(&mut self.updates))
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.followers.is_empty() && self.updates.is_empty()
    }
}
