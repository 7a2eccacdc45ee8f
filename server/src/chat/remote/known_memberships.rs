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
mod tests {
    use app::protocol::Epoch;

    use super::*;

    const ANN: UserId = UserId(uuid::Uuid::from_u128(1));

    fn topic(name: &str) -> TopicName {
        name.parse().unwrap()
    }

    fn membership(name: &str, follow: Follow, read: u64) -> Membership {
        let title = String::new();
        let epoch = Epoch(String::new());
        Membership {
            topic: topic(name),
            title,
            follow,
            epoch,
            head: 9,
            messages: 9,
            read,
            seen: read,
            mentions: 0,
            rewinds: None,
            favourite: false,
        }
    }

    fn stored(name: &str, follow: Follow, read: u64) -> StoredMembership {
        StoredMembership { user: ANN, topic: topic(name), follow, read, rewinds: 0, favourite: false }
    }

    fn is_reported(known: &mut KnownMemberships, name: &str, follow: Follow, read: u64) -> bool {
        known.take_changes(vec![stored(name, follow, read)]).len() == 1
    }

    #[test]
    fn changes_are_reported_once_and_a_mark_that_is_not_stored_yet_is_none() {
        let mut known = KnownMemberships::default();
        assert!(!is_reported(&mut known, "lobby", Follow::Following, 5), "she is not connected");
        known.connected(ANN, &[membership("lobby", Follow::Following, 5)]);
        assert!(!is_reported(&mut known, "lobby", Follow::Following, 5));
        assert!(is_reported(&mut known, "lobby", Follow::Following, 6));
        assert!(!is_reported(&mut known, "lobby", Follow::Following, 6));
        known.read(ANN, &topic("lobby"), 8);
        assert!(!is_reported(&mut known, "lobby", Follow::Following, 6), "8 is not stored yet");
        assert!(!is_reported(&mut known, "lobby", Follow::Following, 8));
        assert!(is_reported(&mut known, "lobby", Follow::Muted, 8));
        assert!(is_reported(&mut known, "lobby", Follow::None, 8));
        assert!(!is_reported(&mut known, "lobby", Follow::None, 8));
        assert!(is_reported(&mut known, "tea", Follow::Following, 1));
        assert!(!is_reported(&mut known, "coffee", Follow::None, 1));
    }

    #[test]
    fn a_favourite_is_a_change_once() {
        let mut known = KnownMemberships::default();
        let favourite = Membership { favourite: true, ..membership("lobby", Follow::Following, 5) };
        known.connected(ANN, &[membership("lobby", Follow::Following, 5)]);
        let stored = StoredMembership { favourite: true, ..stored("lobby", Follow::Following, 5) };
        assert_eq!(known.take_changes(vec![stored.clone()]).len(), 1);
        assert_eq!(known.take_changes(vec![stored]).len(), 0);
        assert!(!known.sent(ANN, &favourite));
        let plain = Membership { favourite: false, ..favourite };
        assert!(known.sent(ANN, &plain), "the other connections do not know");
        known.changed(ANN, &Membership { favourite: true, ..plain.clone() });
        known.followed(ANN, &topic("lobby"), Follow::Muted);
        assert!(known.sent(ANN, &Membership { follow: Follow::Muted, ..plain }), "it was a favourite");
    }

    #[test]
    fn a_mark_that_was_moved_back_is_a_change_once() {
        let mut known = KnownMemberships::default();
        known.connected(ANN, &[membership("lobby", Follow::Following, 5)]);
        let rewound = Membership { rewinds: Some(1), ..membership("lobby", Follow::Following, 2) };
        assert!(known.is_rewound(ANN, &rewound));
        let stored = StoredMembership { rewinds: 1, ..stored("lobby", Follow::Following, 2) };
        assert_eq!(known.take_changes(vec![stored.clone()]).len(), 1);
        assert_eq!(known.take_changes(vec![stored]).len(), 0);
        assert!(!known.is_rewound(ANN, &rewound) && !known.sent(ANN, &rewound));
        let again = Membership { rewinds: Some(2), ..rewound };
        assert!(known.sent(ANN, &again), "the other connections do not know");
        known.marked_unread(ANN, &topic("lobby"));
        let third = Membership { rewinds: Some(3), ..again };
        assert!(!known.sent(ANN, &third), "they are notified");
    }

    #[test]
    fn a_mark_that_is_moved_back_again_before_it_is_sent_is_a_change() {
        let mut known = KnownMemberships::default();
        let rewound = |n| Membership { rewinds: Some(n), ..membership("lobby", Follow::Following, 2) };
        known.connected(ANN, &[rewound(1)]);
        known.marked_unread(ANN, &topic("lobby"));
        assert!(!known.is_rewound(ANN, &rewound(2)) && known.is_rewound(ANN, &rewound(3)));
        let stored = StoredMembership { rewinds: 3, ..stored("lobby", Follow::Following, 2) };
        assert_eq!(known.take_changes(vec![stored]).len(), 1);
        known.followed(ANN, &topic("lobby"), Follow::Muted);
        assert!(!known.is_rewound(ANN, &rewound(3)) && known.is_rewound(ANN, &rewound(4)));
        known.changed(ANN, &rewound(4));
        assert!(!known.is_rewound(ANN, &rewound(4)) && known.is_rewound(ANN, &rewound(5)));
    }

    #[test]
    fn a_connection_that_knows_more_than_others_updates_them() {
        let mut known = KnownMemberships::default();
        let lobby = |read| membership("lobby", Follow::Following, read);
        assert_eq!(known.connected(ANN, &[lobby(5)]), []);
        assert_eq!(known.connected(ANN, &[lobby(5)]), []);
        assert_eq!(known.connected(ANN, &[lobby(6)]), [topic("lobby")]);
        assert!(known.sent(ANN, &lobby(7)) && !known.sent(ANN, &lobby(7)));
        assert_eq!(known.connected(ANN, &[]), [topic("lobby")], "she has left it");
    }

    #[test]
    fn people_are_checked_in_turn_and_faster_after_lost_signals() {
        let user = |n| UserId(uuid::Uuid::from_u128(n));
        let mut known = KnownMemberships::default();
        (0..5).for_each(|n| drop(known.connected(user(n), &[])));
        let next = |known: &mut KnownMemberships, max| known.next_people(|_| true, 2, max);
        assert_eq!(next(&mut known, 4), [user(0), user(1)]);
        assert_eq!(next(&mut known, 4), [user(2), user(3)]);
        assert_eq!(next(&mut known, 4), [user(4)]);
        known.signals_lost();
        assert_eq!(next(&mut known, 4).len(), 4);
        assert_eq!(next(&mut known, 4), [user(4)]);
    }

    #[test]
    fn people_who_are_gone_are_forgotten_when_it_is_their_turn() {
        let user = |n| UserId(uuid::Uuid::from_u128(n));
        let mut known = KnownMemberships::default();
        (0..6).for_each(|n| drop(known.connected(user(n), &[])));
        let is_connected = |connected: UserId| [1, 4].map(user).contains(&connected);
        let turns: Vec<_> = (0..4).map(|_| known.next_people(is_connected, 2, 2)).collect();
        assert_eq!(turns, [vec![user(1)], vec![], vec![user(4)], vec![user(1), user(4)]]);
        assert_eq!(known.people.len(), 2);
    }
}
