//! The registry itself: plain maps under one short lock.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use app::protocol::{Membership, TopicName, UserId};

use super::letters::Mailbox;

/// What else is to be told of a topic that has moved on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// Something in it was taken back.
    pub(super) taken_back: bool,
    /// It may be called something else.
    pub(super) described: bool,
}

#[derive(Default)]
pub(super) struct State {
    people: HashMap<UserId, Person>,
    /// Of each topic that somebody here follows, who does.
    followers: HashMap<TopicName, HashSet<UserId>>,
    /// Topics with followers that have moved on since they were told.
    moved: BTreeMap<TopicName, Moved>,
    /// A task tells of them.
    telling: bool,
}

/// Somebody with a connection at least.
#[derive(Default)]
struct Person {
    boxes: Vec<Arc<Mailbox>>,
    follows: HashSet<TopicName>,
    /// Topics in which they were told of mentions.
    mentioned: HashSet<TopicName>,
}

impl State {
    pub(super) fn enter(&mut self, user: UserId, mailbox: Arc<Mailbox>) {
        self.people.entry(user).or_default().boxes.push(mailbox);
    }

    pub(super) fn leave(&mut self, user: UserId, is: impl Fn(&Arc<Mailbox>) -> bool) {
        let Some(person) = self.people.get_mut(&user) else { return };
        person.boxes.retain(|mailbox| !is(mailbox));
        if person.boxes.is_empty()
            && let Some(person) = self.people.remove(&user)
        {
            person.follows.iter().for_each(|topic| self.unfollow(user, topic));
        }
    }

    pub(super) fn follows(&mut self, user: UserId, topic: &TopicName, follows: bool) {
        let Some(person) = self.people.get_mut(&user) else { return };
        if follows {
            person.follows.insert(topic.clone());
            self.followers.entry(topic.clone()).or_default().insert(user);
        } else {
            person.follows.remove(topic);
            self.unfollow(user, topic);
        }
    }

    fn unfollow(&mut self, user: UserId, topic: &TopicName) {
        if let Some(followers) = self.followers.get_mut(topic) {
            followers.remove(&user);
            if followers.is_empty() {
                self.followers.remove(topic);
                self.moved.remove(topic);
            }
        }
    }

    pub(super) fn told(&mut self, user: UserId, place: &Membership) {
        if let Some(person) = self.people.get_mut(&user) {
            if place.mentions > 0 {
                person.mentioned.insert(place.topic.clone());
            } else {
                person.mentioned.remove(&place.topic);
            }
        }
    }

    /// Whether somebody is here and follows a topic.
    pub(super) fn has(&self, user: UserId, topic: &TopicName) -> bool {
        self.people.get(&user).is_some_and(|person| person.follows.contains(topic))
    }

    pub(super) fn boxes(&self, user: UserId) -> Vec<Arc<Mailbox>> {
        self.people.get(&user).map_or_else(Vec::new, |person| person.boxes.clone())
    }

    pub(super) fn boxes_of_followers(&self, topic: &TopicName) -> Vec<Arc<Mailbox>> {
        self.of_followers(topic, |_| true)
    }

    pub(super) fn boxes_of_mentioned(&self, topic: &TopicName) -> Vec<Arc<Mailbox>> {
        self.of_followers(topic, |person| person.mentioned.contains(topic))
    }

    fn of_followers(&self, topic: &TopicName, is: impl Fn(&Person) -> bool) -> Vec<Arc<Mailbox>> {
        let followers = self.followers.get(topic).into_iter().flatten();
        let people = followers.filter_map(|user| self.people.get(user)).filter(|person| is(person));
        people.flat_map(|person| person.boxes.iter().cloned()).collect()
    }

    /// A topic has moved on. Says whether a task has to be started that tells of it.
    pub(super) fn moved(&mut self, topic: &TopicName, how: Moved) -> bool {
        if !self.followers.contains_key(topic) {
            return false;
        }
        self.again(topic, how);
        !std::mem::replace(&mut self.telling, true)
    }

    /// It is still to be told.
    pub(super) fn again(&mut self, topic: &TopicName, how: Moved) {
        let moved = self.moved.entry(topic.clone()).or_default();
        moved.taken_back |= how.taken_back;
        moved.described |= how.described;
    }

    /// What has moved; nothing, and the task that asks goes.
    pub(super) fn take_moved(&mut self) -> Option<BTreeMap<TopicName, Moved>> {
        self.telling = !self.moved.is_empty();
        self.telling.then(|| std::mem::take(&mut self.moved))
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.followers.is_empty() && self.moved.is_empty()
    }
}
