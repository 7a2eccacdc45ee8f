//! Drafts on their way into the log.

use super::*;

#[test]
fn a_draft_written_before_the_connection_is_sent_once_it_is_live() {
    let mut page = page();
    page.outbox.add_stored(draft("early"));
    assert_eq!(page.due_frames(), []);
    let reference = reference_of(&page.connected()[1]);
    let effects = page.receive(subscribed(reference, vec![]));
    assert!(matches!(&effects.send[..], [ClientFrame::Publish { body, .. }] if body == "early"));
}

#[test]
fn an_ack_marks_the_draft_and_its_event_removes_it() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add_stored(mine.clone());
    let reference = reference_of(&page.due_frames()[0]);
    let topic = mine.topic.clone();
    let ack = ServerFrame::Ack { reference, draft: mine.id, topic, seq: 2, duplicate: false };
    assert_eq!(page.receive(ack).committed_drafts, []);
    assert_eq!(page.outbox.entries()[0].state, SendState::Acknowledged(2));
    let effects = page.receive(ServerFrame::Event(message_of(2, user(7), mine.id)));
    assert_eq!(effects.committed_drafts, [mine.id]);
    assert!(page.outbox.entries().is_empty());
    assert_eq!(page.current().timeline.rows().len(), 2);
}

#[test]
fn an_ack_of_an_event_that_is_shown_already_removes_the_draft() {
    let mut page = live();
    let mine = draft("again");
    page.outbox.add_stored(mine.clone());
    let reference = reference_of(&page.due_frames()[0]);
    let topic = mine.topic.clone();
    let ack = ServerFrame::Ack { reference, draft: mine.id, topic, seq: 1, duplicate: true };
    assert_eq!(page.receive(ack).committed_drafts, [mine.id]);
}

#[test]
fn a_committed_draft_is_not_shown_twice() {
    let mut page = live();
    let [mine, other] = ["mine", "other"].map(draft);
    page.receive(ServerFrame::Event(message_of(2, user(7), mine.id)));
    // Draft ids are unique per author only: another author's event with the same id commits nothing here.
    page.receive(ServerFrame::Event(message_of(3, user(8), other.id)));
    assert_eq!(page.sync_drafts(vec![mine.clone()]), (false, vec![mine.id]));
    assert_eq!(page.sync_drafts(vec![mine.clone(), other.clone()]), (true, vec![mine.id]));
    assert_eq!(page.unanchored().map(|entry| entry.draft.id).collect::<Vec<_>>(), [other.id]);
    // A draft from the storage that is committed already is removed.
    page.outbox.add_stored(mine.clone());
    assert_eq!(page.sync_drafts(vec![mine.clone(), other]), (true, vec![mine.id]));
    assert_eq!(page.unanchored().count(), 1);
}

#[test]
fn a_draft_without_an_ack_is_sent_again_under_the_same_id() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add_stored(mine.clone());
    page.due_frames();
    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    let effects = page.receive(subscribed(reference, vec![]));
    assert!(matches!(&effects.send[..], [ClientFrame::Publish { draft, .. }] if *draft == mine.id));
}

#[test]
fn a_draft_committed_while_away_is_not_sent_again() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add_stored(mine.clone());
    page.due_frames();
    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    let effects = page.receive(subscribed(reference, vec![message_of(2, user(7), mine.id)]));
    assert_eq!(effects.send, []);
    assert_eq!(effects.committed_drafts, [mine.id]);
}

#[test]
fn a_retryable_error_waits_and_a_permanent_one_is_shown() {
    let mut page = live();
    page.outbox.add_stored(draft("hi"));
    let reference = reference_of(&page.due_frames()[0]);
    let effects = page.receive(refusal(reference, ErrorCode::Rate));
    assert_eq!((effects.send.len(), effects.retry_ms), (0, Some(1_000)));
    let reference = reference_of(&page.due_frames()[0]);
    page.receive(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(page.outbox.entries()[0].state, SendState::Refused("no".into()));
    assert_eq!(page.due_frames(), []);
}

#[test]
fn drafts_wait_until_all_missed_events_have_arrived() {
    let mut page = page();
    let mine = draft("said before the line broke");
    page.outbox.add_stored(mine.clone());
    let reference = reference_of(&page.connected()[1]);
    let behind = resumed(reference, 3, vec![message(2)], true);
    assert_eq!(page.receive(behind).send, []);
    let effects = page.receive(ServerFrame::Event(message_of(3, user(7), mine.id)));
    assert_eq!((effects.send, effects.committed_drafts), (vec![], vec![mine.id]));
}

#[test]
fn a_draft_removed_before_it_was_sent_lets_the_next_go() {
    let mut page = live();
    let (first, second) = (draft("1"), draft("2"));
    page.outbox.add_stored(first.clone());
    page.outbox.add_stored(second.clone());
    page.due_frames();
    page.draft_removed_elsewhere(first.id);
    assert!(matches!(&page.due_frames()[..], [ClientFrame::Publish { draft, .. }] if *draft == second.id));
}

#[test]
fn a_refusal_is_stored_with_its_draft() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add_stored(mine.clone());
    let reference = reference_of(&page.due_frames()[0]);
    let effects = page.receive(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(effects.changed_drafts, [Draft { was_sent: true, refusal: Some("no".into()), ..mine }]);
    assert!(!page.wants_to_send());
}

#[test]
fn a_rewritten_draft_keeps_its_order() {
    let mut page = page();
    let first = page.add_draft(publish("frist", None), None, None, 5);
    let second = page.add_draft(publish("second", None), None, None, 5);
    page.draft_removed_elsewhere(first.id);
    let anew = page.add_draft(publish("first", None), None, Some(first.order), 9);
    let ids: Vec<DraftId> = page.outbox.entries().iter().map(|entry| entry.draft.id).collect();
    assert_eq!(ids, [anew.id, second.id]);
    assert_ne!(anew.id, first.id);
}

#[test]
fn an_ack_lets_the_next_draft_go_and_is_the_only_reply() {
    let mut page = live();
    let (first, second) = (draft("1"), draft("2"));
    page.outbox.add_stored(first.clone());
    page.outbox.add_stored(second.clone());
    let reference = reference_of(&page.due_frames()[0]);
    let sent = page.receive(ack(reference, first.id, 2)).send;
    assert!(matches!(&sent[..], [ClientFrame::Publish { draft, .. }] if *draft == second.id), "{sent:?}");
    let reference = reference_of(&sent[0]);
    page.receive(ack(reference, second.id, 3));
    page.receive(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(page.outbox.get(second.id).unwrap().state, SendState::Acknowledged(3));
}

#[test]
fn a_draft_that_another_tab_removed_leaves_the_one_in_flight_alone() {
    let mut page = live();
    let (first, second) = (draft("1"), draft("2"));
    page.outbox.add_stored(first.clone());
    page.outbox.add_stored(second.clone());
    let reference = reference_of(&page.due_frames()[0]);
    page.draft_removed_elsewhere(second.id);
    page.receive(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(page.outbox.get(first.id).unwrap().state, SendState::Refused("no".into()));
}

#[test]
fn a_permanent_refusal_lets_the_next_draft_go() {
    let mut page = live();
    let (first, second) = (draft("1"), draft("2"));
    page.outbox.add_stored(first);
    page.outbox.add_stored(second.clone());
    let reference = reference_of(&page.due_frames()[0]);
    let sent = page.receive(refusal(reference, ErrorCode::TooLarge)).send;
    assert!(matches!(&sent[..], [ClientFrame::Publish { draft, .. }] if *draft == second.id), "{sent:?}");
}

#[test]
fn drafts_of_the_journal_are_added_unless_they_are_committed() {
    let mut page = live();
    let [mine, other] = ["mine", "other"].map(draft);
    assert_eq!(page.recover_drafts(vec![other.clone()]), (true, vec![]));
    assert_eq!(page.recover_drafts(vec![other.clone()]), (false, vec![]));
    page.outbox.add_stored(mine.clone());
    page.receive(ServerFrame::Event(message_of(2, user(8), mine.id)));
    page.outbox.add_stored(mine.clone());
    assert_eq!(page.recover_drafts(vec![mine.clone()]), (false, vec![]), "the event is another person's");
    page.receive(ServerFrame::Event(message_of(3, user(7), other.id)));
    page.outbox.add_stored(other.clone());
    assert_eq!(page.recover_drafts(vec![other.clone()]), (true, vec![other.id]));
    assert!(page.outbox.get(other.id).is_none());
}
