//! The visitor's name.

use super::*;

#[test]
fn a_new_name_is_sent_before_the_message_under_it() {
    let mut page = live();
    page.name = Name::parse("Ann").unwrap();
    page.outbox.add_stored(draft("hi"));
    assert!(matches!(&page.due_frames()[..], [ClientFrame::Rename { .. }, ClientFrame::Publish { .. }]));
    assert_eq!(page.due_frames(), [], "once");
}

fn welcome(name: &str) -> ServerFrame {
    let limits =
        crate::protocol::WelcomeLimits { frame_bytes: 1, body_bytes: 1, name_chars: 1, subscriptions: 1 };
    ServerFrame::Welcome {
        connection: crate::protocol::ConnectionId(uuid::Uuid::nil()),
        user: user(7),
        name: Name::parse(name).unwrap(),
        now: crate::protocol::Timestamp(0),
        ping_seconds: 25,
        limits,
        topics: Vec::new(),
    }
}

#[test]
fn a_name_set_in_another_tab_is_taken_over_and_not_undone() {
    let mut page = page();
    assert!(matches!(&page.connected()[0], ClientFrame::Hello { name: None, .. }));
    page.receive(welcome("Ann"));
    assert_eq!(page.name.as_str(), "Ann");
    assert_eq!(page.rename_frame(None), None);
    page.name = Name::parse("Bob").unwrap();
    page.disconnected(ConnectionStatus::Lost);
    assert!(
        matches!(&page.connected()[0], ClientFrame::Hello { name: Some(name), .. } if name.as_str() == "Bob")
    );
}

#[test]
fn a_new_name_is_sent_again_after_a_retryable_error() {
    let mut page = live();
    page.name = Name::parse("Ann").unwrap();
    let [ClientFrame::Rename { reference, .. }] = page.due_frames()[..] else { panic!("a rename is due") };
    page.receive(refusal(reference, ErrorCode::Rate));
    assert!(matches!(&page.due_frames()[..], [ClientFrame::Rename { .. }]));
}

#[test]
fn a_draft_is_sent_under_the_name_it_was_written_under() {
    let mut page = live();
    let bob = Name::parse("Bob").unwrap();
    page.outbox.add_stored(Draft { name: Some(bob.clone()), ..draft("hi") });
    assert!(
        matches!(&page.due_frames()[..], [ClientFrame::Rename { name, .. }, ClientFrame::Publish { .. }] if *name == bob)
    );
}

/// Reconnects as these people, one after the other, and returns whether the page then says that its visitor was signed out.
fn is_signed_out_after(people: [u128; 3]) -> bool {
    let mut page = page();
    for number in people {
        let mut frame = welcome("Ann");
        if let ServerFrame::Welcome { user: welcomed, .. } = &mut frame {
            *welcomed = user(number);
        }
        page.receive(frame);
        page.disconnected(ConnectionStatus::Lost);
    }
    page.is_signed_out
}

#[test]
fn a_visitor_who_comes_back_as_another_person_was_signed_out() {
    for (people, expected) in [
        ([7, 7, 7], false),
        ([7, 7, 8], true),
        ([7, 8, 8], true),
        // A cached page may be that of an earlier session.
        ([8, 8, 8], false),
        ([8, 8, 9], true),
        // Without cookies every connection is another person's.
        ([8, 9, 10], false),
    ] {
        assert_eq!(is_signed_out_after(people), expected, "{people:?}");
    }
}

#[test]
fn a_name_set_after_a_draft_was_written_stays() {
    let mut page = live();
    let [ann, bob] = ["Ann", "Bob"].map(|name| Name::parse(name).unwrap());
    page.outbox.add_stored(Draft { name: Some(bob.clone()), ..draft("hi") });
    page.name = ann.clone();
    assert!(
        matches!(&page.due_frames()[..], [ClientFrame::Rename { name, .. }, ClientFrame::Publish { .. }] if *name == bob)
    );
    assert_eq!(page.name, ann);
    assert!(matches!(&page.due_frames()[..], [ClientFrame::Rename { name, .. }] if *name == ann));
    assert_eq!(page.due_frames(), []);
}

#[test]
fn a_name_set_in_another_tab_is_sent_only_before_a_message() {
    let mut page = live();
    let ann = Name::parse("Ann").unwrap();
    page.renamed_elsewhere(ann.clone());
    assert_eq!(page.due_frames(), []);
    assert_eq!(page.name, ann);
    page.outbox.add_stored(Draft { name: Some(ann.clone()), ..draft("hi") });
    assert!(matches!(&page.due_frames()[..], [ClientFrame::Rename { .. }, ClientFrame::Publish { .. }]));
    for name in [Name::parse("Bob").unwrap(), ann] {
        page.name = name;
        assert!(matches!(&page.due_frames()[..], [ClientFrame::Rename { .. }]), "one of its own");
    }
}

#[test]
fn a_later_name_of_the_server_replaces_one_set_in_another_tab() {
    let mut page = live();
    page.renamed_elsewhere(Name::parse("Ann").unwrap());
    page.disconnected(ConnectionStatus::Lost);
    assert!(matches!(&page.connected()[0], ClientFrame::Hello { name: None, .. }));
    page.receive(welcome("Zoe"));
    assert_eq!(page.rename_frame(None), None);
    assert_eq!(page.name.as_str(), "Zoe");
}

#[test]
fn a_name_set_in_another_tab_while_offline_is_sent_with_the_next_connection() {
    let mut page = page();
    page.renamed_elsewhere(Name::parse("Ann").unwrap());
    assert!(
        matches!(&page.connected()[0], ClientFrame::Hello { name: Some(name), .. } if name.as_str() == "Ann")
    );
}

#[test]
fn a_welcome_names_the_visitor_and_their_topics() {
    let mut page = page();
    let ServerFrame::Welcome { connection, name, now, ping_seconds, limits, .. } = welcome("Ann") else {
        panic!()
    };
    let empty = crate::model::fixtures::membership("tea", crate::protocol::Follow::Following);
    let tea = crate::protocol::Membership { head: 1, messages: 1, read: 1, seen: 1, ..empty };
    let topics = vec![tea.clone()];
    page.receive(ServerFrame::Welcome { connection, user: user(8), name, now, ping_seconds, limits, topics });
    assert_eq!((page.user, page.memberships.all().collect::<Vec<_>>()), (user(8), vec![&tea]));
}
