//! Edits, deletions and reactions.

use super::*;
use crate::model::outbox::BaseRevision;

#[test]
fn a_change_is_sent_like_a_message() {
    let mut page = live();
    let action = Action::Edit { message: 1, revision: 1, body: "better".into() };
    let edit = page.add_draft(action, None, None, 0);
    page.outbox.set_persistence(edit.id, crate::model::outbox::Persistence::Stored);
    let [ClientFrame::Edit { reference, draft, message: 1, revision: 1, body, .. }] = &page.due_frames()[..]
    else {
        panic!()
    };
    assert_eq!((*draft, body.as_str()), (edit.id, "better"));
    let refused = page.receive(refusal(*reference, ErrorCode::Stale)).changed_drafts;
    assert_eq!(refused[0].refusal.as_deref(), Some("stale"));
    assert_eq!(page.outbox.changes(page.topic()).map(|(message, _)| message).collect::<Vec<_>>(), [1]);
    assert_eq!(page.unanchored().count(), 0);
}

/// Adds a stored edit, based on message 2 as the page shows it.
fn edits(page: &mut Conversation, body: &str, place: u64) -> Draft {
    let base = page.outbox.base_of(&page.current().timeline.message(2).unwrap().clone());
    let action = Action::Edit { message: 2, revision: base.revision, body: body.into() };
    let edit = page.add_draft(action, base.base_draft, Some(place), 0);
    page.outbox.set_persistence(edit.id, crate::model::outbox::Persistence::Stored);
    edit
}

fn shown(page: &Conversation) -> (String, bool) {
    let shown = page.outbox.optimistic(page.current().timeline.message(2).unwrap());
    let EventKind::Message { body, deleted, .. } = shown.kind else { panic!() };
    (body, deleted)
}

fn own_message() -> Conversation {
    let mut page = live();
    page.receive(ServerFrame::Event(message_of(2, user(7), DraftId::fresh())));
    page
}

#[test]
fn an_edit_on_top_of_a_pending_edit_is_rebased_once_that_is_committed() {
    let mut page = own_message();
    let first = edits(&mut page, "one", 1);
    let second = edits(&mut page, "two", 2);
    assert_eq!(shown(&page), ("two".into(), false));
    let [ClientFrame::Edit { reference, revision: 2, .. }] = page.due_frames()[..] else { panic!() };
    let topic = page.topic().clone();
    let ack = ServerFrame::Ack { reference, draft: first.id, topic, seq: 3, duplicate: false };
    let effects = page.receive(ack);
    assert_eq!(effects.changed_drafts[0].id, second.id);
    assert!(
        matches!(&effects.send[..], [ClientFrame::Edit { revision: 3, body, .. }] if body == "two"),
        "{effects:?}"
    );
    // An edit that was begun before the first one was committed.
    let late = BaseRevision { revision: 2, base_draft: Some(first.id) };
    assert_eq!(page.resolve_base(late), BaseRevision { revision: 3, base_draft: None });
    let action = Action::Edit { message: 2, revision: late.revision, body: "three".into() };
    let third = page.add_draft(action.clone(), late.base_draft, None, 0);
    let revised = Action::Edit { message: 2, revision: 3, body: "three".into() };
    assert_eq!((third.action, third.base_draft), (revised, None));
    // The first edit of someone else's page with the same id is not the base.
    let unknown = BaseRevision { revision: 2, base_draft: Some(DraftId::fresh()) };
    let fourth = page.add_draft(action, unknown.base_draft, None, 0);
    assert_eq!(fourth.base_draft, unknown.base_draft);
}

#[test]
fn an_edit_that_arrives_as_an_event_rebases_like_its_ack() {
    let mut page = own_message();
    let first = edits(&mut page, "one", 1);
    let second = edits(&mut page, "two", 2);
    page.due_frames();
    let edit = |seq, by, draft| {
        let kind =
            EventKind::Edit { draft, message: 2, body: Some("one".into()), html: None, mentions: Vec::new() };
        Event { kind, ..message_of(seq, user(by), draft) }
    };
    // Draft ids are unique per author only.
    let effects = page.receive(ServerFrame::Event(edit(3, 8, second.id)));
    assert_eq!(effects.changed_drafts, []);
    let late = BaseRevision { revision: 2, base_draft: Some(second.id) };
    assert_eq!(page.resolve_base(late), late);
    page.receive(ServerFrame::Event(edit(4, 7, first.id)));
    let late = BaseRevision { revision: 2, base_draft: Some(first.id) };
    assert_eq!(page.resolve_base(late), BaseRevision { revision: 4, base_draft: None });
}

#[test]
fn a_deletion_after_a_pending_edit_is_shown() {
    let mut page = own_message();
    edits(&mut page, "one", 1);
    let base = page.outbox.base_of(&page.current().timeline.message(2).unwrap().clone());
    let action = Action::Delete { message: 2, revision: base.revision };
    page.add_draft(action, base.base_draft, Some(2), 0);
    assert!(shown(&page).1);
    assert!(page.last_own_message().is_none());
}

#[test]
fn an_edit_elsewhere_is_overwritten_only_by_an_explicit_retry() {
    let mut page = own_message();
    let mine = edits(&mut page, "mine", 1);
    let theirs = crate::model::fixtures::edit(3, 2, Some("from another tab"));
    let theirs = Event { author: message_of(3, user(7), mine.id).author, ..theirs };
    let sent = page.receive(ServerFrame::Event(theirs)).send;
    let [ClientFrame::Edit { reference, revision: 2, .. }] = sent[..] else { panic!() };
    page.receive(refusal(reference, ErrorCode::Stale));
    assert_eq!(shown(&page), ("from another tab".into(), false));
    page.retry(mine.id);
    assert!(matches!(&page.due_frames()[..], [ClientFrame::Edit { revision: 3, .. }]));
}

#[test]
fn the_last_own_message_is_not_a_deleted_one() {
    let mut page = live();
    assert!(page.last_own_message().is_none());
    for seq in [2, 3] {
        page.receive(ServerFrame::Event(message_of(seq, user(7), DraftId::fresh())));
    }
    assert_eq!(page.last_own_message().unwrap().seq, 3);
    page.receive(ServerFrame::Event(deletion(4, 3)));
    assert_eq!(page.last_own_message().unwrap().seq, 2);
}

/// Reconnects, and the subscription resets the topic to the log of another epoch.
fn reconnect_to_other_log(page: &mut Conversation, events: Vec<Event>) -> Effects {
    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    let topic = page.topic().clone();
    let head = events.last().map_or(0, |event| event.seq);
    page.receive(subscription_reply(reference, &topic, SubscriptionMode::Reset, head, events, false))
}

#[test]
fn pending_changes_do_not_reach_another_message_after_a_reset() {
    let mut page = own_message();
    let edit = edits(&mut page, "better", 1);
    let answer = page.add_draft(publish("yes", Some(2)), None, Some(2), 0);
    page.outbox.set_persistence(answer.id, crate::model::outbox::Persistence::Stored);
    let free = page.add_draft(publish("hello", None), None, Some(3), 0);
    page.outbox.set_persistence(free.id, crate::model::outbox::Persistence::Stored);
    let effects =
        reconnect_to_other_log(&mut page, vec![message(1), message_of(2, user(7), DraftId::fresh())]);
    let refused: Vec<_> = effects.changed_drafts.iter().map(|draft| draft.id).collect();
    assert_eq!(refused, [edit.id, answer.id]);
    assert!(effects.changed_drafts.iter().all(|draft| draft.refusal.is_some()));
    assert!(
        matches!(&effects.send[..], [ClientFrame::Publish { draft, .. }] if *draft == free.id),
        "{effects:?}"
    );
}

#[test]
fn pending_changes_survive_a_reset_that_keeps_their_message() {
    let mut page = own_message();
    let edit = edits(&mut page, "better", 1);
    let same = Event::clone(page.current().timeline.message(2).unwrap());
    let effects = reconnect_to_other_log(&mut page, vec![message(1), same]);
    assert!(
        matches!(&effects.send[..], [ClientFrame::Edit { draft, .. }] if *draft == edit.id),
        "{effects:?}"
    );
}
