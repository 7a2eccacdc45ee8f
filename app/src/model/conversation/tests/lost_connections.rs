//! A lost connection drops its requests and their late replies. History and drafts are requested and sent on the next one.

use super::*;
use crate::protocol::Follow;

fn comes_back(page: &mut Conversation) -> Effects {
    let reference = reference_of(&page.connected()[1]);
    page.receive(subscribed(reference, vec![]))
}

#[test]
fn replies_to_requests_of_a_lost_connection_are_ignored() {
    let mut page = live();
    page.name = Name::parse("Ann").unwrap();
    let mine = Draft { name: page.name.clone().into(), ..draft("hi") };
    page.outbox.add_stored(mine.clone());
    let due = page.due_frames();
    let [ClientFrame::Rename { reference: rename, .. }, ClientFrame::Publish { reference, .. }] = due[..]
    else {
        panic!("{due:?}")
    };
    page.disconnected(ConnectionStatus::Lost);
    page.receive(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(page.outbox.get(mine.id).unwrap().state, SendState::Waiting);
    page.receive(refusal(rename, ErrorCode::Rate));
    assert!(matches!(&page.connected()[0], ClientFrame::Hello { name: None, .. }));

    page.disconnected(ConnectionStatus::Lost);
    let subscribe = reference_of(&page.connected()[1]);
    page.disconnected(ConnectionStatus::Lost);
    page.receive(subscribed(subscribe, vec![]));
    assert_eq!(page.status, ConnectionStatus::Lost);
}

#[test]
fn nothing_is_sent_on_a_lost_connection_and_commands_are_dropped_with_it() {
    let mut page = live();
    page.follow("tea".parse().unwrap(), Follow::Following);
    page.open(&"tea".parse().unwrap());
    page.disconnected(ConnectionStatus::Lost);
    assert_eq!(page.due_frames(), []);
    assert!(!page.current().is_live());
    page.open(&"lobby".parse().unwrap());
    let frames = page.connected();
    let references: Vec<u64> = frames[1..].iter().map(reference_of).collect();
    let effects = page.receive(subscribed(references[0], vec![]));
    assert_eq!((&page.status, effects.send), (&ConnectionStatus::Live, vec![]));
}

#[test]
fn history_is_requested_again_on_the_next_connection() {
    let mut page = live();
    page.load_history(HistoryRange::Before(1));
    assert!(!page.current().is_loading_history());
    assert!(matches!(page.due_frames()[..], [ClientFrame::History { .. }]));
    assert!(page.current().is_loading_history());
    page.disconnected(ConnectionStatus::Lost);
    assert!(!page.current().is_loading_history());
    let sent = comes_back(&mut page).send;
    assert!(matches!(sent[..], [ClientFrame::History { span: HistoryRange::Before(1), .. }]), "{sent:?}");
}

#[test]
fn every_request_has_a_number_of_its_own() {
    let mut page = live();
    let mut references = Vec::new();
    let gap = page.receive(ServerFrame::Event(message(4))).send;
    references.extend(gap.iter().map(reference_of));
    page.load_history(HistoryRange::Before(1));
    references.extend(page.due_frames().iter().map(reference_of));
    page.receive(subscribed(references[0], vec![message(2), message(3), message(4)]));
    page.request_members();
    references.extend(page.due_frames().iter().map(reference_of));
    references.extend(page.receive(ServerFrame::Event(message(9))).send.iter().map(reference_of));
    assert_eq!(references.len(), 4);
    assert!(references.is_sorted_by(|one, next| one < next), "{references:?}");
}

#[test]
fn drafts_wait_for_a_live_connection() {
    let mut page = page();
    assert!(!page.wants_to_send());
    page.outbox.add_stored(draft("hi"));
    assert!(!page.wants_to_send());
    comes_back(&mut page);
    assert!(page.wants_to_send());
}
