//! The lists of people that other nodes have announced for one topic, and what they change for it.

use std::collections::{HashMap, HashSet};

use app::protocol::{Name, Person, UserId};
use tokio::time::Instant;

use super::TopicPresence;
use crate::nodes::{NodeId, NodePeople};

#[derive(Default)]
pub(super) struct NodeLists(HashMap<NodeId, NodeList>);

/// The people of a topic on another node.
struct NodeList {
    version: u64,
    /// When it counts no more, unless it was renewed.
    expires: Instant,
    people: ListedPeople,
}

enum ListedPeople {
    Named(HashSet<UserId>),
    Number(u64),
}

/// The difference between two lists of a node.
enum ListChange {
    Named {
        listed: Vec<Person>,
        /// People who were on the list before, with their names now.
        kept: Vec<Person>,
        unlisted: HashSet<UserId>,
        /// Whether only the number of the people was known before.
        was_number: bool,
    },
    /// Only the number of the people is known now.
    Number { unlisted: HashSet<UserId> },
}

impl NodeLists {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of people of whom no more than the number is known.
    pub(super) fn unnamed(&self) -> u64 {
        self.0.values().map(|list| list.people.number()).fold(0, u64::saturating_add)
    }

    /// Replaces the list of a node. Returns `None` if it is older than the one before, which is kept.
    fn replace(&mut self, list: NodePeople, expires: Instant) -> Option<ListChange> {
        let NodePeople { node, version, count, people, .. } = list;
        let before = self.0.get(&node);
        if before.is_some_and(|before| before.version > version) {
            return None;
        }
        let was_number = before.is_some_and(|before| before.people.number() > 0);
        let mut unlisted = self.remove(node).unwrap_or_default();
        let Some(people) = people else {
            self.0.insert(node, NodeList { version, expires, people: ListedPeople::Number(count) });
            return Some(ListChange::Number { unlisted });
        };
        let mut named = HashSet::with_capacity(people.len());
        let people = people.into_iter().filter(|person| named.insert(person.user));
        let (kept, listed) = people.partition(|person| unlisted.remove(&person.user));
        self.0.insert(node, NodeList { version, expires, people: ListedPeople::Named(named) });
        Some(ListChange::Named { listed, kept, unlisted, was_number })
    }

    /// Removes the list of a node. Returns the people on it.
    fn remove(&mut self, node: NodeId) -> Option<HashSet<UserId>> {
        self.0.remove(&node).map(|list| list.people.into_users())
    }
}

impl ListedPeople {
    fn number(&self) -> u64 {
        if let Self::Number(number) = self { *number } else { 0 }
    }

    fn len(&self) -> usize {
        if let Self::Named(people) = self { people.len() } else { 0 }
    }

    fn into_users(self) -> HashSet<UserId> {
        if let Self::Named(people) = self { people } else { HashSet::new() }
    }
}

impl TopicPresence {
    /// Replaces the list of another node, unless it is older than the one before. People who are on no list any more have left
    /// after `deadline`. Returns whether the caller has to start the task that expires absent people.
    pub(in crate::chat::presence) fn list(
        &mut self,
        list: NodePeople,
        expires: Instant,
        deadline: Instant,
    ) -> bool {
        match self.lists.replace(list, expires) {
            None => false,
            Some(ListChange::Number { unlisted }) => {
                // They are among the number now, and have not left.
                unlisted.into_iter().for_each(|user| self.unlist_silently(user));
                false
            }
            Some(ListChange::Named { listed, kept, unlisted, was_number }) => {
                kept.iter().for_each(|person| self.rename_listed(person.user, &person.name));
                listed.iter().for_each(|person| self.list_person(person, !was_number));
                self.unlist_all(unlisted, deadline)
            }
        }
    }

    fn list_person(&mut self, Person { user, name }: &Person, is_announced: bool) {
        self.appear(*user, name, is_announced);
        self.update(*user, |person| person.nodes += 1);
        self.rename_listed(*user, name);
    }

    /// A connection to this node knows the name better than other nodes' lists.
    fn rename_listed(&mut self, user: UserId, name: &Name) {
        if self.present.get(&user).is_some_and(|person| !person.is_own() && person.name != *name) {
            self.rename(user, name);
        }
    }

    fn unlist_all(&mut self, users: HashSet<UserId>, deadline: Instant) -> bool {
        let mut starts_expiry = false;
        for user in users {
            self.unlist(user);
            starts_expiry |= self.disappear(user, deadline);
        }
        starts_expiry
    }

    fn unlist(&mut self, user: UserId) {
        self.update(user, |person| person.nodes -= 1);
    }

    fn unlist_silently(&mut self, user: UserId) {
        self.unlist(user);
        if self.present.get(&user).is_some_and(|person| !person.is_connected()) {
            self.present.remove(&user);
            self.joined.remove(&user);
            self.plain.joined.remove(&user);
        }
    }

    /// Forgets the list of a node that has ended. Returns whether the caller has to start the task that expires absent people.
    pub(in crate::chat::presence) fn forget_node(&mut self, node: NodeId, deadline: Instant) -> bool {
        self.lists.remove(node).is_some_and(|people| self.unlist_all(people, deadline))
    }

    /// Returns the nodes whose lists were not renewed in time.
    pub(in crate::chat::presence) fn expired_nodes(&self, now: Instant) -> Vec<NodeId> {
        self.lists.0.iter().filter(|(_, list)| list.expires <= now).map(|(node, _)| *node).collect()
    }

    pub(in crate::chat::presence) fn is_listed_by(&self, node: NodeId) -> bool {
        self.lists.0.contains_key(&node)
    }

    /// The number of other nodes' lists, and the number of people on them.
    pub(in crate::chat::presence) fn kept(&self) -> (usize, usize) {
        (self.lists.0.len(), self.lists.0.values().map(|list| list.people.len()).sum())
    }
}
