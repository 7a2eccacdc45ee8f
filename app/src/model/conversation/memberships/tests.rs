use super::*;
use crate::{
    model::{
        fixtures::{self, epoch, message, reaction, user},
        timeline::ReadProgress,
    },
    protocol::{ClientFrame, DraftId},
};

fn lobby() -> TopicName {
    "lobby".parse().unwrap()
}

fn membership(head: u64, messages: u64, read: u64, seen: u64) -> Membership {
    let empty = fixtures::membership("lobby", Follow::Following);
    Membership { head, messages, read, seen, mentions: 1, ..empty }
}

fn up_to(seq: u64, messages: u64, mentions: u64) -> ReadProgress {
    ReadProgress { seq, messages, mentions }
}

fn reported(seq: u64) -> ClientFrame {
    ClientFrame::Read { topic: lobby(), seq, unread: false }
}

fn rewound(seq: u64) -> ClientFrame {
    ClientFrame::Read { topic: lobby(), seq, unread: true }
}

fn unread(memberships: &Memberships) -> u64 {
    memberships.get(&lobby()).unwrap().unread()
}

#[test]
fn messages_count_once_however_they_arrive_and_reactions_do_not() {
    let mut all = Memberships::new(vec![membership(4, 3, 4, 3)]);
    all.apply_events(user(9), &lobby(), &[message(5), reaction(6, 5, 1, true), message(7)]);
    all.apply_events(user(9), &lobby(), &[message(7)]);
    all.apply_heads(vec![Head { topic: lobby(), head: 7, messages: 5, title: None }]);
    assert_eq!(unread(&all), 2);
    all.apply_heads(vec![Head { topic: lobby(), head: 6, messages: 4, title: None }]);
    assert_eq!(unread(&all), 2);
}

#[test]
fn a_topic_has_its_latest_title() {
    let mut all = Memberships::new(vec![membership(4, 3, 4, 3)]);
    let called = |all: &Memberships| all.get(&lobby()).unwrap().title.clone();
    all.apply_heads(vec![Head { topic: lobby(), head: 5, messages: 3, title: Some("Tea".into()) }]);
    all.apply_heads(vec![Head { topic: lobby(), head: 6, messages: 4, title: None }]);
    assert_eq!(called(&all), "Tea");
    let about = crate::protocol::About::parse("Coffee", "").unwrap();
    let kind = EventKind::About { draft: DraftId::fresh(), about };
    all.apply_events(user(9), &lobby(), &[Event { kind, ..message(7) }]);
    assert_eq!(called(&all), "Coffee");
    all.apply_heads(vec![Head { topic: lobby(), head: 8, messages: 4, title: Some(String::new()) }]);
    assert_eq!(called(&all), "");
}

#[test]
fn the_read_position_is_sent_once_and_never_decreases() {
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.read(&lobby(), up_to(4, 0, 0));
    assert_eq!((unread(&all), all.due_frames()), (2, vec![]));
    all.read(&lobby(), up_to(7, 2, 1));
    assert_eq!((unread(&all), all.due_frames()), (0, vec![reported(7)]));
    all.update(membership(7, 5, 4, 3));
    assert_eq!((unread(&all), all.due_frames()), (0, vec![]));
}

#[test]
fn reading_a_range_leaves_the_rest_unread() {
    let mut all = Memberships::new(vec![membership(7, 5, 3, 2)]);
    let mentions = |all: &Memberships| all.get(&lobby()).unwrap().mentions;
    all.read(&lobby(), up_to(5, 1, 0));
    assert_eq!((unread(&all), mentions(&all)), (2, 1));
    assert_eq!(all.due_frames(), [reported(5)]);
    all.read(&lobby(), up_to(6, 1, 1));
    assert_eq!((unread(&all), mentions(&all)), (1, 0));
    all.read_all(&lobby());
    assert_eq!(unread(&all), 0);
    assert_eq!(all.due_frames(), [reported(7)]);
}

#[test]
fn own_messages_are_read_unless_earlier_ones_are_unread() {
    let mut all = Memberships::new(vec![membership(4, 3, 4, 3)]);
    all.apply_events(user(1), &lobby(), &[message(5), reaction(6, 5, 2, true)]);
    assert_eq!((unread(&all), all.due_frames()), (0, vec![reported(6)]));
    all.apply_events(user(2), &lobby(), &[message(7)]);
    all.apply_events(user(1), &lobby(), &[message(8)]);
    assert_eq!((unread(&all), all.due_frames()), (2, vec![]));
}

#[test]
fn the_read_position_is_sent_again_after_a_lost_connection() {
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.read_all(&lobby());
    all.due_frames();
    all.replace_all(vec![membership(7, 5, 4, 3)]);
    assert_eq!(all.due_frames(), [reported(7)]);
}

#[test]
fn positions_of_many_topics_are_kept_whatever_the_order_of_the_update() {
    let topic = |n| Membership { topic: format!("t{n}").parse().unwrap(), ..membership(7, 5, 4, 3) };
    let mut all = Memberships::new((0..5).map(topic).collect());
    all.read_everything();
    all.due_frames();
    all.replace_all((1..6).rev().map(topic).collect());
    let reads: Vec<_> = all.all().map(|membership| membership.read).collect();
    assert_eq!(reads, [7, 7, 7, 7, 4], "all but the topic that is new");
    assert_eq!(all.due_frames().len(), 4);
}

#[test]
fn the_read_position_of_an_old_epoch_is_dropped() {
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.read_all(&lobby());
    all.due_frames();
    all.replace_all(vec![membership(6, 4, 2, 1)]);
    all.reset(&lobby());
    assert_eq!((unread(&all), all.due_frames()), (3, vec![]));
}

#[test]
fn an_unfollowed_topic_is_removed() {
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.update(Membership { follow: Follow::None, ..membership(7, 5, 4, 3) });
    assert_eq!(all, Memberships::default());
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.replace_all(Vec::new());
    assert_eq!(all, Memberships::default());
}

#[test]
fn an_update_keeps_the_page_s_own_progress_only_if_it_is_ahead() {
    let counts = |all: &Memberships| {
        let membership = all.get(&lobby()).unwrap();
        (membership.read, membership.seen, membership.mentions)
    };
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.read(&lobby(), up_to(5, 1, 1));
    all.update(membership(9, 7, 4, 3));
    assert_eq!(counts(&all), (5, 4, 0), "the report is in flight");
    all.update(membership(9, 7, 5, 3));
    assert_eq!(counts(&all), (5, 3, 1), "the server has the report");
    all.update(membership(9, 7, 6, 5));
    assert_eq!(counts(&all), (6, 5, 1), "another device has read more");
    all.update(Membership { epoch: epoch("b"), ..membership(9, 7, 2, 1) });
    assert_eq!(counts(&all), (2, 1, 1), "in another epoch");
}

#[test]
fn a_position_that_was_moved_back_stays_until_the_server_has_it() {
    let read = |all: &Memberships| all.get(&lobby()).unwrap().read;
    let mut all = Memberships::new(vec![Membership { mentions: 0, ..membership(7, 5, 7, 5) }]);
    all.mark_unread(&lobby(), up_to(4, 2, 1));
    assert_eq!((read(&all), unread(&all), all.get(&lobby()).unwrap().mentions), (4, 2, 1));
    assert_eq!((all.due_frames(), all.due_frames()), (vec![rewound(4)], vec![]));
    all.update(membership(8, 6, 7, 5));
    assert_eq!((read(&all), unread(&all)), (4, 3), "the report is in flight");
    all.replace_all(vec![membership(8, 6, 7, 5)]);
    assert_eq!((read(&all), all.due_frames()), (4, vec![rewound(4)]), "it was lost with the connection");
    all.update(Membership { rewinds: Some(1), ..membership(8, 6, 4, 3) });
    all.read(&lobby(), up_to(8, 3, 0));
    assert_eq!(all.due_frames(), [reported(8)]);
}

#[test]
fn another_device_moves_the_position_back() {
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3)]);
    all.read_all(&lobby());
    all.due_frames();
    all.replace_all(vec![Membership { rewinds: Some(1), ..membership(7, 5, 2, 1) }]);
    assert_eq!((unread(&all), all.due_frames()), (4, vec![]), "after a lost connection");
    all.read_all(&lobby());
    all.update(Membership { rewinds: Some(2), ..membership(7, 5, 3, 2) });
    assert_eq!(unread(&all), 3, "while connected");
}

#[test]
fn positions_that_were_moved_back_before_one_frame_count_once() {
    let rewinds = |all: &Memberships| all.get(&lobby()).unwrap().rewinds;
    let mut all = Memberships::new(vec![membership(7, 5, 7, 5)]);
    all.mark_unread(&lobby(), up_to(5, 1, 0));
    all.mark_unread(&lobby(), up_to(4, 1, 0));
    assert_eq!((rewinds(&all), all.due_frames()), (Some(1), vec![rewound(4)]));
    all.mark_unread(&lobby(), up_to(3, 1, 0));
    assert_eq!((rewinds(&all), all.due_frames()), (Some(2), vec![rewound(3)]));
    all.replace_all(vec![membership(7, 5, 7, 5)]);
    assert_eq!((rewinds(&all), all.due_frames()), (Some(1), vec![rewound(3)]), "both were lost");
    all.update(Membership { rewinds: Some(1), ..membership(7, 5, 6, 4) });
    assert_eq!(unread(&all), 1, "it was read elsewhere since");
}

#[test]
fn only_the_frame_that_moves_a_position_back_says_so() {
    let mut all = Memberships::new(vec![membership(7, 5, 7, 5)]);
    all.mark_unread(&lobby(), up_to(4, 2, 0));
    all.due_frames();
    all.read(&lobby(), up_to(5, 1, 0));
    assert_eq!(all.due_frames(), [reported(5)]);
    all.mark_unread(&lobby(), up_to(4, 1, 0));
    all.read(&lobby(), up_to(6, 2, 0));
    assert_eq!(all.due_frames(), [rewound(6)], "it is the first to be sent");
}

#[test]
fn many_positions_are_sent_a_part_at_a_time() {
    let topic = |n| Membership { topic: format!("t{n}").parse().unwrap(), ..membership(7, 5, 4, 3) };
    let mut all = Memberships::new((0..40).map(topic).collect());
    all.read_everything();
    for (due, is_paused) in [(15, true), (15, true), (10, false), (0, false)] {
        assert_eq!((all.due_frames().len(), all.is_paused(), all.due_frames()), (due, is_paused, vec![]));
        all.resume();
    }
}

#[test]
fn everything_is_read_at_once() {
    let tea = Membership { topic: "tea".parse().unwrap(), ..membership(9, 8, 9, 8) };
    let mut all = Memberships::new(vec![membership(7, 5, 4, 3), tea]);
    all.read_everything();
    assert_eq!((unread(&all), all.due_frames()), (0, vec![reported(7)]), "nothing was unread in the other");
}

#[test]
fn heads_never_go_back() {
    let mut all = Memberships::new(vec![membership(4, 3, 4, 3)]);
    for (head, messages) in [(9, 6), (8, 5)] {
        all.apply_heads(vec![Head { topic: lobby(), head, messages, title: None }]);
        assert_eq!((all.get(&lobby()).unwrap().head, unread(&all)), (9, 3));
    }
    all.read_all(&lobby());
    let membership = all.get(&lobby()).unwrap();
    assert_eq!((membership.read, membership.mentions), (9, 0));
    all.apply_events(user(1), &lobby(), &[message(10)]);
    assert_eq!(all.get(&lobby()).unwrap().read, 10, "their own message");
}
