//! The memberships that connections of this node were sent, to compare with what other nodes have stored. Pure.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Bound,
};

use app::protocol::{Follow, Membership, TopicName, UserId};

use crate::members::StoredMembership;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    follow: Follow,
    read: u64,
    rewinds: u64,
    favourite: bool,
}

impl Known {
    /// Until the membership is sent, its read mark is no change.
    fn unsent(self) -> Self {
        Self { read: u64::MAX, ..self }
    }

    fn of(membership: &Membership) -> Self {
        let Membership { follow, read, rewinds, favourite, .. } = *membership;
        Self { follow, read, rewinds: rewinds.unwrap_or(0), favourite }
    }
}

/// The memberships that were sent to the connected people.
#[derive(Debug, Default)]
pub(super) struct KnownMemberships {
    people: BTreeMap<UserId, HashMap<TopicName, Known>>,
    /// The person whose turn was last; `None` at the start and after the last one.
    last_checked: Option<UserId>,
    /// People to be checked soon, since signals were lost.
    urgent: usize,
}

impl KnownMemberships {
    /// A connection was sent all memberships of its person. Returns the topics of which other connections of the person may know
    /// less.
    pub(super) fn connected(&mut self, user: UserId, memberships: &[Membership]) -> Vec<TopicName> {
        let known = self.people.entry(user).or_default();
        let listed: HashSet<_> = memberships.iter().map(|membership| &membership.topic).collect();
        let left =
            known.iter_mut().filter(|(topic, known)| known.follow != Follow::None && !listed.contains(topic));
        let mut outdated = Vec::new();
        for (topic, known) in left {
            known.follow = Follow::None;
            outdated.push(topic.clone());
        }
        outdated.extend(
            memberships.iter().filter(|membership| self.sent(user, membership)).map(|m| m.topic.clone()),
        );
        outdated
    }

    /// A connection was sent a membership. Returns whether other connections of the person may know less.
    pub(super) fn sent(&mut self, user: UserId, membership: &Membership) -> bool {
        let Some(known) = self.people.get_mut(&user) else { return false };
        let now = Known::of(membership);
        let before = known.insert(membership.topic.clone(), now);
        let is_newer = |before: Known| {
            (before.follow, before.favourite) != (now.follow, now.favourite)
                || before.read < now.read
                || before.rewinds < now.rewinds
        };
        before.is_some_and(is_newer)
    }

    /// Records that all connections of a person are notified of a read mark.
    pub(super) fn read(&mut self, user: UserId, topic: &TopicName, seq: u64) {
        if let Some(known) = self.people.get_mut(&user).and_then(|known| known.get_mut(topic)) {
            known.read = seq.max(known.read);
        }
    }

    /// Records that all connections of a person are notified of a membership and its read mark.
    pub(super) fn followed(&mut self, user: UserId, topic: &TopicName, follow: Follow) {
        if let Some(known) = self.people.get_mut(&user) {
            let before = known.get(topic);
            let rewinds = before.map_or(0, |known| known.rewinds);
            let favourite = before.is_some_and(|known| known.favourite);
            known.insert(topic.clone(), Known { follow, read: u64::MAX, rewinds, favourite });
        }
    }

    /// Records that all connections of a person are notified of a membership as it is stored now.
    pub(super) fn changed(&mut self, user: UserId, membership: &Membership) {
        if let Some(known) = self.people.get_mut(&user) {
            known.insert(membership.topic.clone(), Known::of(membership).unsent());
        }
    }

    /// Records that all connections of a person are notified of a read mark that was moved back.
    pub(super) fn marked_unread(&mut self, user: UserId, topic: &TopicName) {
        if let Some(known) = self.people.get_mut(&user).and_then(|known| known.get_mut(topic)) {
            *known = Known { rewinds: known.rewinds + 1, ..known.unsent() };
        }
    }

    /// Whether connections know the read mark from before it was moved back.
    pub(super) fn is_rewound(&self, user: UserId, membership: &Membership) -> bool {
        let known = self.people.get(&user).and_then(|known| known.get(&membership.topic));
        known.is_some_and(|known| known.rewinds < membership.rewinds.unwrap_or(0))
    }

    /// Signals were lost: everyone is to be checked soon.
    pub(super) fn signals_lost(&mut self) {
        self.urgent = self.people.len();
    }

    /// Returns the people whose turn it is to be checked, and forgets those who are not connected any more when it is their turn.
    pub(super) fn next_people(
        &mut self,
        is_connected: impl Fn(UserId) -> bool,
        usual: usize,
        max: usize,
    ) -> Vec<UserId> {
        let count = self.urgent.clamp(usual, max);
        let start = self.last_checked.map_or(Bound::Unbounded, Bound::Excluded);
        let mut next: Vec<_> =
            self.people.range((start, Bound::Unbounded)).take(count).map(|(user, _)| *user).collect();
        self.last_checked = next.last().filter(|user| self.people.keys().next_back() != Some(user)).copied();
        self.urgent = self.urgent.saturating_sub(next.len());
        next.retain(|user| is_connected(*user) || self.people.remove(user).is_none());
        next
    }

    /// Returns the stored memberships that connections do not know, and records them as sent.
    pub(super) fn take_changes(&mut self, stored: Vec<StoredMembership>) -> Vec<StoredMembership> {
        stored.into_iter().filter(|stored| self.is_change(stored)).collect()
    }

    fn is_change(&mut self, stored: &StoredMembership) -> bool {
        let StoredMembership { user, topic, follow, read, rewinds, favourite } = stored;
        let Some(memberships) = self.people.get_mut(user) else { return false };
        match memberships.get_mut(topic) {
            Some(known) => {
                let is_rewound = known.rewinds < *rewinds;
                // A read mark of this node may not be stored yet.
                let read = if is_rewound { *read } else { known.read.max(*read) };
                let rewinds = known.rewinds.max(*rewinds);
                let now = Known { follow: *follow, read, rewinds, favourite: *favourite };
                std::mem::replace(known, now) != now
            }
            None if *follow == Follow::None => false,
            None => {
                let now = Known { follow: *follow, read: *read, rewinds: *rewinds, favourite: *favourite };
                memberships.insert(topic.clone(), now).is_none()
            }
        }
    }
}

#[cfg(test)]
mod tests;
