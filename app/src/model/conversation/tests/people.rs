//! The people in a topic: who is present and who is typing.

use super::*;
use crate::{model::fixtures::reaction, protocol::Person};

fn person(n: u128) -> Person {
    Person { user: user(n), name: Name::parse("Ann").unwrap() }
}

fn typing(people: Vec<Person>) -> ServerFrame {
    ServerFrame::Typing { topic: "lobby".parse().unwrap(), people }
}

#[test]
fn people_who_type_are_shown_without_the_reader() {
    let mut page = live();
    page.receive(typing(vec![person(1), person(7), person(2)]));
    assert_eq!(page.current().typing, (1, vec![person(1), person(2)]));
    page.receive(typing(vec![person(2)]));
    assert_eq!(page.current().typing, (2, vec![person(2)]));
}

#[test]
fn typing_ends_by_itself_unless_a_newer_report_has_arrived() {
    let mut page = live();
    page.receive(typing(vec![person(1)]));
    page.receive(typing(vec![person(1), person(2)]));
    page.current_mut().clear_typing(1);
    assert_eq!(page.current().typing.1.len(), 2);
    page.current_mut().clear_typing(2);
    assert_eq!(page.current().typing.1, []);
}

#[test]
fn a_message_ends_the_typing_of_its_author_and_of_nobody_else() {
    let mut page = live();
    page.receive(typing(vec![person(1), person(2)]));
    page.receive(ServerFrame::Event(reaction(2, 1, 1, true)));
    assert_eq!(page.current().typing.1, [person(1), person(2)]);
    page.receive(ServerFrame::Event(message_of(3, user(1), DraftId::fresh())));
    assert_eq!(page.current().typing.1, [person(2)]);
}

#[test]
fn people_of_a_lost_connection_are_not_shown() {
    let mut page = live();
    page.receive(typing(vec![person(1)]));
    let topic = page.topic().clone();
    page.receive(ServerFrame::Presence { topic, here: 2, joined: Vec::new(), left: Vec::new() });
    page.disconnected(ConnectionStatus::Lost);
    assert_eq!((page.current().here, &page.current().typing.1[..]), (None, &[][..]));
}

#[test]
fn typing_is_reported_and_members_are_requested_only_while_live() {
    let mut page = live();
    page.send_typing();
    page.request_members();
    let due = page.due_frames();
    let [ClientFrame::Typing { topic }, ClientFrame::Members { reference, topic: of }] = &due[..] else {
        panic!("{due:?}")
    };
    assert_eq!((topic, of), (page.topic(), page.topic()));
    let members = ServerFrame::Members {
        reference: *reference,
        topic: topic.clone(),
        here: 3,
        people: vec![person(1), person(2)],
    };
    page.receive(members);
    assert_eq!((page.current().here, &page.current().people[..]), (Some(3), &[person(1), person(2)][..]));

    page.status = ConnectionStatus::Lost;
    page.send_typing();
    page.request_members();
    page.status = ConnectionStatus::Live;
    assert_eq!(page.due_frames(), []);
}
