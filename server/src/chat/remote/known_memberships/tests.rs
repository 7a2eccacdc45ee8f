use app::protocol::Epoch;

use super::*;

const ANN: UserId = UserId(uuid::Uuid::from_u128(1));

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn membership(name: &str, follow: Follow, read: u64) -> Membership {
    let empty = Membership::empty(topic(name), Epoch(String::new()), follow);
    Membership { head: 9, messages: 9, read, seen: read, ..empty }
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
