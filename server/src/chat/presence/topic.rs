//! The people of one topic, here and on other nodes, and the joins and leaves that were not announced yet.

mod lists;

use std::collections::{HashMap, VecDeque};

use app::protocol::{Name, Person, TopicName, UserId};
use tokio::time::Instant;

use crate::chat::delivery::{PlainPresence, PresenceChange};
use lists::NodeLists;

#[derive(Default)]
pub(super) struct TopicPresence {
    present: HashMap<UserId, PresentPerson>,
    /// Joins since the last announcement.
    joined: HashMap<UserId, Name>,
    /// Leaves since the last announcement.
    left: HashMap<UserId, Name>,
    /// People in their grace period, each once, by its end. A person who came back stays in it until then.
    absent: VecDeque<(Instant, UserId)>,
    /// The number of people in the last announcement.
    announced_count: u64,
    /// Joins and leaves since the last announcement for the plain dialect, which knows no grace period.
    plain: PlainPresence,
    plain_connections: usize,
    pub(super) is_announcement_scheduled: bool,
    lists: NodeLists,
    /// The number of people with a connection to this node.
    own: usize,
    /// Those of them who are on other nodes' lists as well.
    own_and_listed: usize,
    /// Whether people came, left or were renamed on this node since the last announcement to other nodes.
    pub(super) is_unshared: bool,
    pub(super) shared_at: Option<Instant>,
    /// Whether other nodes know only the number of this node's people.
    is_shared_as_number: bool,
}

/// A person with a connection, here or on another node, or in their grace period.
struct PresentPerson {
    connections: u32,
    /// The other nodes whose lists name this person.
    nodes: u32,
    name: Name,
    /// The end of the grace period while there is no connection.
    deadline: Option<Instant>,
    /// Whether `absent` holds this person.
    is_in_absent: bool,
}

impl TopicPresence {
    /// Returns how many people are present. Everyone on a list counts once; those of whom only a number is known are added. All
    /// nodes count alike: if others know only the number of this node's people, they are added here, too.
    pub(super) fn count(&self) -> u64 {
        let counted_twice = if self.is_shared_as_number { self.own_and_listed } else { 0 };
        self.lists.unnamed().saturating_add((self.present.len() + counted_twice) as u64)
    }

    pub(super) fn is_large(&self, max_named: usize) -> bool {
        self.count() > max_named as u64
    }

    /// Whether no person is present or in a grace period, and nothing is known of other nodes.
    pub(super) fn is_gone(&self) -> bool {
        self.present.is_empty() && self.absent.is_empty() && self.lists.is_empty()
    }

    /// Returns the first `limit` people by name.
    pub(super) fn by_name(&self, limit: usize) -> Vec<Person> {
        let people = self.present.iter().map(|(user, person)| (person.name.as_str(), *user, person));
        let mut people: Vec<_> = people.collect();
        let order = |a: &(&str, UserId, &PresentPerson), b: &(&str, UserId, &PresentPerson)| {
            (a.0, a.1).cmp(&(b.0, b.1))
        };
        // Selects before it sorts: of a large topic only a few people are wanted.
        if people.len() > limit {
            people.select_nth_unstable_by(limit, order);
            people.truncate(limit);
        }
        people.sort_unstable_by(order);
        people.into_iter().map(|(_, user, person)| Person { user, name: person.name.clone() }).collect()
    }

    /// Returns the first `limit` people by id, after the id `after`.
    pub(super) fn by_id(&self, after: Option<UserId>, limit: usize) -> Vec<Person> {
        let later = self.present.iter().filter(|(user, _)| after.is_none_or(|after| **user > after));
        let mut people: Vec<_> = later.map(|(user, person)| (*user, person)).collect();
        people.sort_unstable_by_key(|(user, _)| *user);
        people.truncate(limit);
        people.into_iter().map(|(user, person)| Person { user, name: person.name.clone() }).collect()
    }

    pub(super) fn enter(&mut self, user: UserId, name: &Name, is_plain: bool) {
        self.plain_connections += usize::from(is_plain);
        self.appear(user, name, true);
        self.update(user, |person| person.connections += 1);
    }

    /// Changes the connections or lists of a person, if present, and with them how many people this node has.
    fn update(&mut self, user: UserId, change: impl FnOnce(&mut PresentPerson)) {
        let Some(person) = self.present.get_mut(&user) else { return };
        let was_own = person.is_own();
        let was_own_and_listed = person.is_own_and_listed();
        change(person);
        self.own = self.own + usize::from(person.is_own()) - usize::from(was_own);
        self.own_and_listed =
            self.own_and_listed + usize::from(person.is_own_and_listed()) - usize::from(was_own_and_listed);
        self.is_unshared |= person.is_own() != was_own;
    }

    /// Notes that a person is about to have one more connection or list than before.
    fn appear(&mut self, user: UserId, name: &Name, is_announced: bool) {
        let joined = &mut self.joined;
        let person = self.present.entry(user).or_insert_with(|| {
            if is_announced {
                joined.insert(user, name.clone());
            }
            PresentPerson {
                connections: 0,
                nodes: 0,
                name: name.clone(),
                deadline: None,
                is_in_absent: false,
            }
        });
        person.deadline = None;
        // A leave that was not announced and this join cancel out.
        if self.left.remove(&user).is_some() {
            joined.remove(&user);
        }
        if !person.is_connected() && !self.plain.left.remove(&user) && is_announced {
            self.plain.joined.insert(user);
        }
    }

    pub(super) fn rename(&mut self, user: UserId, name: &Name) {
        let present = self.present.get_mut(&user);
        self.is_unshared |= present.as_ref().is_some_and(|person| person.is_own() && person.name != *name);
        let present = present.map(|person| &mut person.name);
        present.into_iter().chain(self.joined.get_mut(&user)).for_each(|held| *held = name.clone());
    }

    /// Removes a connection. Returns whether the caller has to start the task that expires absent people.
    pub(super) fn leave(&mut self, user: UserId, is_plain: bool, deadline: Instant) -> bool {
        self.plain_connections -= usize::from(is_plain);
        self.update(user, |person| person.connections -= 1);
        self.disappear(user, deadline)
    }

    /// Begins the grace period of a person without a connection anywhere. Returns whether the caller has to start the task that
    /// expires absent people.
    fn disappear(&mut self, user: UserId, deadline: Instant) -> bool {
        let Some(person) = self.present.get_mut(&user) else { return false };
        if person.is_connected() {
            return false;
        }
        person.deadline = Some(deadline);
        if !self.plain.joined.remove(&user) {
            self.plain.left.insert(user);
        }
        if std::mem::replace(&mut person.is_in_absent, true) {
            return false;
        }
        self.absent.push_back((deadline, user));
        self.absent.len() == 1
    }

    pub(super) fn has_own(&self) -> bool {
        self.own > 0
    }

    /// Returns this node's people for other nodes: their number, and who they are unless they are too many.
    pub(super) fn share(&mut self, max_named: usize, max_bytes: usize) -> (u64, Option<Vec<Person>>) {
        let own = self.present.iter().filter(|(_, person)| person.is_own());
        let person =
            |(user, person): (&UserId, &PresentPerson)| Person { user: *user, name: person.name.clone() };
        let people: Option<Vec<_>> = (self.own <= max_named).then(|| own.map(person).collect());
        let people = people.filter(|people| people.iter().map(json_bytes).sum::<usize>() <= max_bytes);
        self.is_unshared = false;
        self.is_shared_as_number = people.is_none();
        (self.own as u64, people)
    }

    /// Forgets changes that have no subscriber.
    pub(super) fn discard_changes(&mut self) {
        self.joined.clear();
        self.left.clear();
        self.plain = PlainPresence::default();
        self.announced_count = self.count();
    }

    /// Removes the people whose grace period is over. Returns when the next one may end, or `None` without any.
    pub(super) fn expire_absent(&mut self, now: Instant) -> Option<Instant> {
        while let Some((_, user)) = self.absent.pop_front_if(|(deadline, _)| *deadline <= now) {
            let Some(person) = self.present.get_mut(&user) else { continue };
            match person.deadline {
                // They came back and left again, which began a new grace period.
                Some(deadline) if deadline > now => self.absent.push_back((deadline, user)),
                Some(_) => self.remove(user),
                None => person.is_in_absent = false,
            }
        }
        self.absent.front().map(|(deadline, _)| *deadline)
    }

    fn remove(&mut self, user: UserId) {
        if let Some(person) = self.present.remove(&user)
            && self.joined.remove(&user).is_none()
        {
            self.left.insert(user, person.name);
        }
    }

    /// Takes the joins and leaves since the last call. Returns `None` if there is nothing to announce.
    pub(super) fn take_change(&mut self, topic: &TopicName, max_named: usize) -> Option<PresenceChange> {
        // The maps are taken, not drained, so that the capacity of a storm of joins is given back.
        let joined = std::mem::take(&mut self.joined);
        let left = std::mem::take(&mut self.left);
        let mut joined: Vec<_> = joined.into_iter().collect();
        let mut left: Vec<_> = left.into_iter().collect();
        let plain = std::mem::take(&mut self.plain);
        let plain = if self.plain_connections > 0 { plain } else { PlainPresence::default() };
        if self.is_large(max_named) {
            (joined, left) = Default::default();
        }
        let here = self.count();
        let is_count_changed = std::mem::replace(&mut self.announced_count, here) != here;
        let has_names = !(joined.is_empty() && left.is_empty());
        let has_plain = !(plain.joined.is_empty() && plain.left.is_empty());
        let is_announced = is_count_changed || has_names;
        (is_announced || has_plain).then(|| PresenceChange {
            topic: topic.clone(),
            here,
            joined,
            left,
            plain,
            is_announced,
        })
    }
}

impl PresentPerson {
    /// Whether the person has a connection to this node.
    fn is_own(&self) -> bool {
        self.connections > 0
    }

    fn is_own_and_listed(&self) -> bool {
        self.is_own() && self.nodes > 0
    }

    /// Whether the person has a connection, here or on another node.
    fn is_connected(&self) -> bool {
        self.is_own() || self.nodes > 0
    }
}

/// At most the bytes of a person in JSON, with each character of the name escaped.
fn json_bytes(person: &Person) -> usize {
    70 + 2 * person.name.as_str().len()
}

#[cfg(test)]
mod tests;
