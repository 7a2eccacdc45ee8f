//! Missing events: gaps in the sequence, disconnections and history.

use super::*;
use crate::protocol::Position;

#[test]
fn missing_events_lead_to_one_new_subscription() {
    let mut page = live();
    let effects = page.receive(ServerFrame::Event(message(4)));
    assert!(
        matches!(&effects.send[..], [ClientFrame::Subscribe { since: Some(since), .. }] if since.seq == 1)
    );
    assert_eq!(page.receive(ServerFrame::Event(message(5))).send, []);
}

#[test]
fn a_reply_to_an_older_subscription_is_ignored() {
    let mut page = page();
    let old = reference_of(&page.connected()[1]);
    page.disconnected(ConnectionStatus::Lost);
    page.connected();
    page.receive(subscribed(old, vec![message(2)]));
    assert_eq!(page.status, ConnectionStatus::Lost);
    assert_eq!(page.current().timeline.rows().len(), 1);
}

fn comes_back(page: &mut Conversation, head: u64, events: Vec<Event>) -> Effects {
    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    page.receive(resumed(reference, head, events, false))
}

fn caught_up(page: &Conversation) -> Option<u64> {
    page.current().timeline.rows().iter().find_map(|row| match row {
        Row::Notice { notice: Notice::CaughtUp(count), .. } => Some(*count),
        _ => None,
    })
}

#[test]
fn a_reconnect_counts_the_missed_messages_once_all_have_arrived() {
    let mut page = live();
    let own = message_of(2, user(7), DraftId::fresh());
    comes_back(&mut page, 4, vec![own, message(3)]);
    assert_eq!(caught_up(&page), None);
    page.receive(ServerFrame::Event(message(4)));
    assert_eq!(caught_up(&page), Some(2));
    page.receive(ServerFrame::Event(message(5)));
    assert_eq!(page.current().timeline.rows().len(), 6);
}

#[test]
fn no_missed_messages_are_counted_on_the_first_connection_or_without_news() {
    let mut page = live();
    assert_eq!(caught_up(&page), None);
    comes_back(&mut page, 1, vec![]);
    assert_eq!(caught_up(&page), None);
    page.receive(ServerFrame::Event(message(2)));
    assert_eq!(caught_up(&page), None);
}

#[test]
fn messages_missing_on_a_live_connection_do_not_count_as_missed() {
    let mut page = live();
    let sent = page.receive(ServerFrame::Event(message(3))).send;
    let reference = reference_of(&sent[0]);
    page.receive(resumed(reference, 3, vec![message(2), message(3)], false));
    assert_eq!(page.current().timeline.rows().len(), 3);
    assert_eq!(caught_up(&page), None);
}

#[test]
fn history_is_requested_and_fills_its_gap() {
    let mut page = live();
    page.current_mut()
        .timeline
        .reset(epoch("a"), LogSlice { from: 3, to: 3, head: 3, events: vec![message(3)] });
    page.load_history(HistoryRange::Before(3));
    let [ClientFrame::History { reference, span: HistoryRange::Before(3), .. }] = page.due_frames()[..]
    else {
        panic!()
    };
    assert_eq!(page.due_frames(), []);
    let topic = page.topic().clone();
    let events = vec![message(1), message(2)];
    page.receive(ServerFrame::History {
        reference,
        topic,
        epoch: epoch("a"),
        head: 3,
        from: 1,
        to: 2,
        events,
    });
    assert_eq!(page.current().timeline.rows().len(), 3);
}

#[test]
fn a_slice_of_another_epoch_is_dropped_and_the_topic_subscribed_again() {
    let mut page = live();
    page.current_mut()
        .timeline
        .reset(epoch("a"), LogSlice { from: 3, to: 3, head: 3, events: vec![message(3)] });
    page.load_history(HistoryRange::Before(3));
    let [ClientFrame::History { reference, .. }] = page.due_frames()[..] else { panic!() };
    let topic = page.topic().clone();
    let events = vec![message(1), message(2)];
    let other = epoch("b");
    let part = ServerFrame::History { reference, topic, epoch: other, head: 9, from: 1, to: 2, events };
    let [ClientFrame::Subscribe { reference, since: Some(since), .. }] = &page.receive(part).send[..] else {
        panic!()
    };
    assert_eq!((since.seq, since.draft), (3, message(3).kind.draft()));
    let head = message(9);
    let topic = page.topic().clone();
    let events = vec![message(8)];
    page.receive(ServerFrame::Subscribed {
        reference: *reference,
        topic,
        epoch: epoch("b"),
        head: 9,
        draft: head.kind.draft(),
        at: Some(head.at),
        mode: SubscriptionMode::Reset,
        events,
        more: true,
        about: None,
    });
    assert_eq!(page.current().timeline.position(), Some(Position::on(epoch("b"), &head)));
    assert_eq!(page.current().timeline.message(3), None);
}

#[test]
fn only_messages_of_others_count_as_missed() {
    let mut page = live();
    comes_back(&mut page, 2, vec![message_of(2, user(7), DraftId::fresh())]);
    assert_eq!(caught_up(&page), None);
}

#[test]
fn messages_of_the_first_subscription_do_not_count_as_missed() {
    let mut page = page();
    let reference = reference_of(&page.connected()[1]);
    page.receive(resumed(reference, 2, vec![message(2)], false));
    assert_eq!((caught_up(&page), page.current().timeline.rows().len()), (None, 2));
}

/// Requests history, and returns the number of the request.
fn requests_history(page: &mut Conversation) -> u64 {
    page.load_history(HistoryRange::Before(1));
    reference_of(&page.due_frames()[0])
}

#[test]
fn history_settles_drafts_and_lets_the_next_request_go() {
    let mut page = live();
    let reference = requests_history(&mut page);
    page.load_history(HistoryRange::After(1));
    assert_eq!(page.due_frames(), []);
    let mine = draft("said long ago");
    page.outbox.set_may_send(false);
    page.outbox.add_stored(mine.clone());
    let effects = page.receive(ServerFrame::History {
        reference,
        topic: page.topic().clone(),
        epoch: epoch("a"),
        head: 1,
        from: 1,
        to: 1,
        events: vec![message_of(1, user(7), mine.id)],
    });
    assert_eq!(effects.committed_drafts, [mine.id]);
    assert!(matches!(effects.send[..], [ClientFrame::History { span: HistoryRange::After(1), .. }]));
}

#[test]
fn refused_history_is_requested_again_if_the_error_can_be_retried() {
    let mut page = live();
    let reference = requests_history(&mut page);
    page.receive(refusal(reference, ErrorCode::Unavailable));
    let [ClientFrame::History { reference, .. }] = page.due_frames()[..] else { panic!("it is retried") };
    page.receive(refusal(reference, ErrorCode::NotFound));
    assert_eq!(page.due_frames(), []);
    assert!(!page.current().is_loading_history());
}
