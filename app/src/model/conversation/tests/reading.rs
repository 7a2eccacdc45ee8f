//! Followed topics: unread messages and the read position.

use super::*;
use crate::{
    model::{fixtures, timeline::FirstUnread},
    protocol::{Follow, Head, Membership},
};

/// The membership of a reader who has read the first of this many messages.
fn membership(topic: &str, messages: u64) -> Membership {
    let head = messages;
    Membership { head, messages, read: 1, seen: 1, ..fixtures::membership(topic, Follow::Following) }
}

fn unread(page: &Conversation) -> Option<u64> {
    page.memberships.get(page.topic()).map(Membership::unread)
}

/// Returns a live page of a reader who has read the first of four messages.
fn with_unread() -> Conversation {
    let mut page = live();
    page.receive(ServerFrame::Membership { reference: None, membership: membership("lobby", 1) });
    (2..=4).for_each(|seq| drop(page.receive(ServerFrame::Event(message(seq)))));
    page
}

fn reads(page: &mut Conversation) -> Vec<u64> {
    let due = page.due_frames().into_iter();
    due.map(|frame| match frame {
        ClientFrame::Read { topic, seq, unread: false } if topic.as_str() == "lobby" => seq,
        other => panic!("{other:?}"),
    })
    .collect()
}

#[test]
fn messages_are_read_up_to_the_first_that_was_not_viewed() {
    let mut page = with_unread();
    assert_eq!((unread(&page), page.first_unread()), (Some(3), Some(FirstUnread::Loaded(2))));
    page.mark_viewed(4, 4);
    assert_eq!((reads(&mut page), unread(&page)), (vec![], Some(3)));
    page.mark_viewed(2, 2);
    assert_eq!((reads(&mut page), unread(&page)), (vec![2], Some(2)));
    assert_eq!(page.first_unread(), Some(FirstUnread::Loaded(3)));
    assert_eq!(page.current().viewed.to_vec(), [4], "read messages are forgotten");
    page.mark_viewed(3, 3);
    assert_eq!((reads(&mut page), unread(&page)), (vec![4], Some(0)));
    assert_eq!((page.first_unread(), page.current().viewed.to_vec().len()), (None, 0));
}

#[test]
fn all_messages_can_be_marked_as_read_at_once() {
    let mut page = with_unread();
    page.mark_all_read();
    assert_eq!((reads(&mut page), unread(&page), page.first_unread()), (vec![4], Some(0), None));
}

#[test]
fn the_marker_of_new_messages_moves_when_the_reader_returns_to_unread_messages() {
    let memberships = vec![membership("lobby", 3)];
    let page = Conversation::new(TopicSnapshot { memberships, ..snapshot() });
    assert_eq!(page.current().new_after, Some(1));

    let mut page = with_unread();
    assert_eq!(page.current().new_after, None, "all was read when the topic was shown");
    page.mark_viewed(2, 2);
    page.reset_unread_marker();
    assert_eq!(page.current().new_after, Some(2));
    page.mark_all_read();
    page.reset_unread_marker();
    assert_eq!(page.current().new_after, Some(2), "there is nothing new");
}

#[test]
fn a_topic_shown_again_marks_what_is_new() {
    let mut page = with_unread();
    page.open(&"other".parse().unwrap());
    page.open(&"lobby".parse().unwrap());
    assert_eq!(page.current().new_after, Some(1));
    page.mark_all_read();
    page.open(&"other".parse().unwrap());
    page.open(&"lobby".parse().unwrap());
    assert_eq!(page.current().new_after, None);
}

#[test]
fn events_of_the_subscription_are_counted_and_a_reset_drops_the_counts() {
    let mut page = live();
    page.receive(ServerFrame::Membership { reference: None, membership: membership("lobby", 1) });
    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    page.receive(subscribed(reference, vec![message(2), message(3)]));
    assert_eq!(unread(&page), Some(2));
    page.mark_all_read();
    assert_eq!((reads(&mut page), unread(&page)), (vec![3], Some(0)));

    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    page.receive(ServerFrame::Membership { reference: None, membership: membership("lobby", 2) });
    assert_eq!(unread(&page), Some(0), "the report of the read position is in flight");
    let ServerFrame::Subscribed { topic, .. } = subscribed(reference, Vec::new()) else { panic!() };
    page.receive(ServerFrame::Subscribed {
        reference,
        topic,
        epoch: epoch("b"),
        head: 2,
        draft: None,
        at: None,
        mode: SubscriptionMode::Reset,
        events: vec![message(1), message(2)],
        more: false,
        about: None,
    });
    assert_eq!(unread(&page), Some(1), "of the new log the server counts");
}

#[test]
fn messages_that_were_marked_as_unread_stay_so_in_view_until_another_one_comes() {
    let mut page = with_unread();
    page.mark_all_read();
    reads(&mut page);
    page.mark_unread(3);
    let due = page.due_frames();
    let [ClientFrame::Read { seq: 2, unread: true, .. }] = &due[..] else { panic!("{due:?}") };
    assert_eq!((unread(&page), page.first_unread()), (Some(2), Some(FirstUnread::Loaded(3))));
    assert_eq!(page.current().new_after, Some(2), "they are marked as new");
    let before = page.reading_state();
    page.mark_viewed(1, 4);
    assert_eq!((reads(&mut page), unread(&page), page.reading_state()), (vec![], Some(2), before));
    page.mark_unread(4);
    assert_eq!((unread(&page), page.current().new_after), (Some(2), Some(2)), "they are unread already");
    let confirmed = Membership { read: 2, seen: 2, rewinds: Some(1), ..membership("lobby", 4) };
    page.receive(ServerFrame::Membership { reference: None, membership: confirmed });
    page.mark_viewed(1, 4);
    assert_eq!(unread(&page), Some(2));
    page.receive(ServerFrame::Event(message(5)));
    page.mark_viewed(1, 5);
    assert_eq!((reads(&mut page), unread(&page)), (vec![5], Some(0)));
}

#[test]
fn messages_that_were_marked_as_unread_are_read_when_the_topic_is_shown_again() {
    let mut page = with_unread();
    page.mark_all_read();
    page.mark_unread(3);
    page.due_frames();
    let lobby = page.topic().clone();
    page.open(&"tea".parse().unwrap());
    page.open(&lobby);
    page.mark_viewed(1, 4);
    assert_eq!(unread(&page), Some(0));
}

#[test]
fn messages_that_another_device_marked_as_unread_stay_so() {
    let mut page = with_unread();
    page.mark_all_read();
    reads(&mut page);
    let rewound = Membership { read: 2, seen: 2, rewinds: Some(1), ..membership("lobby", 4) };
    page.receive(ServerFrame::Membership { reference: None, membership: rewound });
    page.mark_viewed(1, 4);
    assert_eq!((reads(&mut page), unread(&page)), (vec![], Some(2)));
}

#[test]
fn messages_that_were_marked_as_unread_before_the_topic_was_opened_are_read() {
    let rewound = Membership { rewinds: Some(1), ..membership("lobby", 2) };
    let mut page = live();
    page.receive(ServerFrame::Event(message(2)));
    page.receive(ServerFrame::Membership { reference: None, membership: rewound.clone() });
    page.mark_viewed(1, 2);
    assert_eq!((reads(&mut page), unread(&page)), (vec![2], Some(0)), "it was not followed before");
    let memberships = vec![membership("lobby", 2)];
    let mut page = Conversation::new(TopicSnapshot { memberships, ..snapshot() });
    page.connected();
    page.receive(ServerFrame::Event(message(2)));
    page.receive(ServerFrame::Membership { reference: None, membership: rewound });
    page.mark_viewed(1, 2);
    assert_eq!(unread(&page), Some(0), "it was not live before");
}

#[test]
fn a_topic_becomes_a_favourite_as_it_is_followed_and_is_followed_if_it_is_not() {
    let mut page = live();
    for (membership, sent) in [
        (None, (Follow::Following, Some(true))),
        (Some(Membership { follow: Follow::Muted, ..membership("lobby", 1) }), (Follow::Muted, Some(true))),
        (Some(Membership { favourite: true, ..membership("lobby", 1) }), (Follow::Following, Some(false))),
    ] {
        if let Some(membership) = membership {
            page.receive(ServerFrame::Membership { reference: None, membership });
        }
        page.toggle_favourite();
        let due = page.due_frames();
        let [ClientFrame::Follow { follow, favourite, .. }] = due[..] else { panic!("{due:?}") };
        assert_eq!((follow, favourite), sent);
    }
}

#[test]
fn topics_are_followed_and_their_progress_arrives() {
    let mut page = live();
    page.follow("tea".parse().unwrap(), Follow::Muted);
    let due = page.due_frames();
    let [ClientFrame::Follow { topic, follow: Follow::Muted, .. }] = &due[..] else { panic!("{due:?}") };
    assert_eq!(topic.as_str(), "tea");
    page.receive(ServerFrame::Membership { reference: None, membership: membership("tea", 1) });
    page.receive(ServerFrame::Heads {
        topics: vec![Head { topic: topic.clone(), head: 9, messages: 6, title: None }],
    });
    let tea = page.memberships.get(topic).unwrap();
    assert_eq!((tea.unread(), tea.head), (5, 9));
}

#[test]
fn notifications_find_the_new_messages_of_a_topic() {
    let mut page = live();
    let lobby = page.topic().clone();
    let tea = "tea".parse().unwrap();
    assert_eq!((page.last_seq(&lobby), page.last_seq(&tea), page.total_seq()), (Some(1), None, 1));
    page.open(&tea);
    let reference = reference_of(&page.due_frames()[0]);
    page.receive(tail(reference, &tea, 2, vec![Event { topic: tea.clone(), ..message(2) }], true));
    (2..=4).for_each(|seq| drop(page.receive(ServerFrame::Event(message(seq)))));
    assert_eq!((page.last_seq(&lobby), page.last_seq(&tea), page.total_seq()), (Some(4), Some(2), 6));
    let newer: Vec<u64> = page.messages_since(&lobby, 2).iter().map(|event| event.seq).collect();
    assert_eq!(newer, [3, 4]);
    assert_eq!(page.messages_since(&"coffee".parse().unwrap(), 0), []);
}
