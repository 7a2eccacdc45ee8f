use super::*;
use crate::{
    fixtures::{deletion, draft, epoch, message, message_of, user},
    protocol::{Event, EventKind, Mode},
};

/// A page that has its turn to send.
fn page() -> Conversation {
    let mut page = Conversation::new(TopicPage {
        topic: "lobby".parse().unwrap(),
        epoch: epoch("a"),
        part: Part { from: 1, to: 1, head: 1, events: vec![message(1)] },
        target: None,
        user: user(7),
        name: Name::anonymous(),
        draft: DraftId::random(),
        body_bytes: 100,
    });
    page.outbox.may_send(true);
    page
}

fn live() -> Conversation {
    let mut page = page();
    let frames = page.opened();
    let reference = reference_of(&frames[1]);
    page.received(subscribed(reference, vec![]));
    assert_eq!(page.link, Link::Live);
    page
}

fn subscribed(reference: u64, events: Vec<Event>) -> ServerFrame {
    let topic = "lobby".parse().unwrap();
    ServerFrame::Subscribed {
        reference,
        topic,
        epoch: epoch("a"),
        head: 1,
        mode: Mode::Resume,
        events,
        more: false,
    }
}

fn reference_of(frame: &ClientFrame) -> u64 {
    match frame {
        ClientFrame::Publish { reference, .. } | ClientFrame::Subscribe { reference, .. } => *reference,
        other => panic!("{other:?} has no reference here"),
    }
}

fn refusal(reference: u64, code: ErrorCode) -> ServerFrame {
    ServerFrame::Error { reference: Some(reference), code, message: "no".into(), retry_ms: None }
}

#[test]
fn it_says_hello_and_resumes_from_what_the_server_rendered() {
    let frames = page().opened();
    assert!(matches!(&frames[0], ClientFrame::Hello { version: VERSION, .. }));
    assert!(matches!(&frames[1], ClientFrame::Subscribe { since: Some(since), .. } if since.seq == 1));
}

#[test]
fn what_is_written_before_the_line_is_up_goes_out_when_it_is() {
    let mut page = page();
    page.outbox.add(draft("early"));
    assert_eq!(page.due(), []);
    let reference = reference_of(&page.opened()[1]);
    let reaction = page.received(subscribed(reference, vec![]));
    assert!(matches!(&reaction.send[..], [ClientFrame::Publish { body, .. }] if body == "early"));
}

#[test]
fn an_ack_marks_the_draft_and_its_event_settles_it() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add(mine.clone());
    let reference = reference_of(&page.due()[0]);
    let topic = mine.topic.clone();
    let ack = ServerFrame::Ack { reference, draft: mine.id, topic, seq: 2, duplicate: false };
    assert_eq!(page.received(ack).settled, []);
    assert_eq!(page.outbox.entries()[0].progress, Progress::Stored(2));
    let reaction = page.received(ServerFrame::Event(message_of(2, user(7), mine.id)));
    assert_eq!(reaction.settled, [mine.id]);
    assert!(page.outbox.entries().is_empty());
    assert_eq!(page.timeline.rows().len(), 2);
}

#[test]
fn an_ack_for_an_event_that_is_shown_already_settles_at_once() {
    let mut page = live();
    let mine = draft("again");
    page.outbox.add(mine.clone());
    let reference = reference_of(&page.due()[0]);
    let topic = mine.topic.clone();
    let ack = ServerFrame::Ack { reference, draft: mine.id, topic, seq: 1, duplicate: true };
    assert_eq!(page.received(ack).settled, [mine.id]);
}

#[test]
fn a_lost_ack_is_asked_for_again_with_the_same_draft() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add(mine.clone());
    page.due();
    page.closed(Link::Lost);
    let reference = reference_of(&page.opened()[1]);
    let reaction = page.received(subscribed(reference, vec![]));
    assert!(matches!(&reaction.send[..], [ClientFrame::Publish { draft, .. }] if *draft == mine.id));
}

#[test]
fn a_draft_that_came_back_while_away_is_not_sent_again() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add(mine.clone());
    page.due();
    page.closed(Link::Lost);
    let reference = reference_of(&page.opened()[1]);
    let reaction = page.received(subscribed(reference, vec![message_of(2, user(7), mine.id)]));
    assert_eq!(reaction.send, []);
    assert_eq!(reaction.settled, [mine.id]);
}

#[test]
fn a_refusal_that_passes_waits_and_one_that_stays_is_shown() {
    let mut page = live();
    page.outbox.add(draft("hi"));
    let reference = reference_of(&page.due()[0]);
    let reaction = page.received(refusal(reference, ErrorCode::Rate));
    assert_eq!((reaction.send.len(), reaction.retry_ms), (0, Some(1_000)));
    let reference = reference_of(&page.due()[0]);
    page.received(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(page.outbox.entries()[0].progress, Progress::Refused("no".into()));
    assert_eq!(page.due(), []);
}

#[test]
fn a_gap_asks_again_once() {
    let mut page = live();
    let reaction = page.received(ServerFrame::Event(message(4)));
    assert!(
        matches!(&reaction.send[..], [ClientFrame::Subscribe { since: Some(since), .. }] if since.seq == 1)
    );
    assert_eq!(page.received(ServerFrame::Event(message(5))).send, []);
}

#[test]
fn an_answer_to_an_older_subscription_is_dropped() {
    let mut page = page();
    let old = reference_of(&page.opened()[1]);
    page.closed(Link::Lost);
    page.opened();
    page.received(subscribed(old, vec![message(2)]));
    assert_eq!(page.link, Link::Lost);
    assert_eq!(page.timeline.rows().len(), 1);
}

#[test]
fn another_topic_changes_nothing() {
    let mut page = live();
    let before = page.clone();
    let event = Event { topic: "other".parse().unwrap(), ..message(2) };
    assert_eq!(page.received(ServerFrame::Event(event)), Reaction::default());
    assert_eq!(page, before);
}

#[test]
fn a_new_name_is_told_before_what_is_said_under_it() {
    let mut page = live();
    page.name = Name::parse("Ann").unwrap();
    page.outbox.add(draft("hi"));
    assert!(matches!(&page.due()[..], [ClientFrame::Rename { .. }, ClientFrame::Publish { .. }]));
}

#[test]
fn a_ping_is_answered_and_a_drain_is_heeded() {
    let mut page = live();
    assert_eq!(page.received(ServerFrame::Ping { n: 3 }).send, [ClientFrame::Pong { n: 3 }]);
    assert_eq!(page.received(ServerFrame::Drain { within_ms: 500 }).drain_ms, Some(500));
}

#[test]
fn presence_counts_people_and_names_them() {
    let mut page = live();
    let (topic, ann) = ("lobby".parse().unwrap(), Name::parse("Ann").unwrap());
    page.received(ServerFrame::Presence { topic, here: 2, joined: vec![ann], left: vec![] });
    assert_eq!(page.here, Some(2));
    assert_eq!(page.timeline.rows().len(), 2);
}

#[test]
fn a_subscription_that_is_refused_for_now_is_asked_for_again() {
    let mut page = page();
    let reference = reference_of(&page.opened()[1]);
    let reaction = page.received(refusal(reference, ErrorCode::Unavailable));
    assert_eq!((reaction.send.len(), reaction.retry_ms), (0, Some(1_000)));
    assert!(matches!(&page.due()[..], [ClientFrame::Subscribe { since: Some(since), .. }] if since.seq == 1));
    assert_eq!(page.due(), []);
}

#[test]
fn drafts_wait_until_everything_missed_is_there() {
    let mut page = page();
    let mine = draft("said before the line broke");
    page.outbox.add(mine.clone());
    let reference = reference_of(&page.opened()[1]);
    let topic = "lobby".parse().unwrap();
    let (mode, events) = (Mode::Resume, vec![message(2)]);
    let behind =
        ServerFrame::Subscribed { reference, topic, epoch: epoch("a"), head: 3, mode, events, more: true };
    assert_eq!(page.received(behind).send, []);
    let reaction = page.received(ServerFrame::Event(message_of(3, user(7), mine.id)));
    assert_eq!((reaction.send, reaction.settled), (vec![], vec![mine.id]));
}

fn welcome(name: &str) -> ServerFrame {
    let limits =
        crate::protocol::LimitsFrame { frame_bytes: 1, body_bytes: 1, name_chars: 1, subscriptions: 1 };
    ServerFrame::Welcome {
        connection: crate::protocol::ConnectionId(uuid::Uuid::nil()),
        user: user(7),
        name: Name::parse(name).unwrap(),
        now: crate::protocol::Timestamp(0),
        ping_seconds: 25,
        limits,
    }
}

#[test]
fn a_name_given_in_another_tab_is_taken_up_and_not_undone() {
    let mut page = page();
    assert!(matches!(&page.opened()[0], ClientFrame::Hello { name: None, .. }));
    page.received(welcome("Ann"));
    assert_eq!(page.name.as_str(), "Ann");
    page.name = Name::parse("Bob").unwrap();
    page.closed(Link::Lost);
    assert!(
        matches!(&page.opened()[0], ClientFrame::Hello { name: Some(name), .. } if name.as_str() == "Bob")
    );
}

#[test]
fn a_new_name_that_was_refused_for_now_is_told_again() {
    let mut page = live();
    page.name = Name::parse("Ann").unwrap();
    let [ClientFrame::Rename { reference, .. }] = page.due()[..] else { panic!("a rename is due") };
    page.received(refusal(reference, ErrorCode::Rate));
    assert!(matches!(&page.due()[..], [ClientFrame::Rename { .. }]));
}

fn comes_back(page: &mut Conversation, head: u64, events: Vec<Event>) -> Reaction {
    page.closed(Link::Lost);
    let reference = reference_of(&page.opened()[1]);
    let ServerFrame::Subscribed { topic, epoch, mode, .. } = subscribed(reference, vec![]) else { panic!() };
    page.received(ServerFrame::Subscribed { reference, topic, epoch, head, mode, events, more: false })
}

fn caught_up(page: &Conversation) -> Option<u64> {
    page.timeline.rows().iter().find_map(|row| match row {
        Row::Notice { notice: Notice::CaughtUp(count), .. } => Some(*count),
        _ => None,
    })
}

#[test]
fn coming_back_says_how_much_others_said_meanwhile_once_all_of_it_is_there() {
    let mut page = live();
    let own = message_of(2, user(7), DraftId::random());
    comes_back(&mut page, 4, vec![own, message(3)]);
    assert_eq!(caught_up(&page), None);
    page.received(ServerFrame::Event(message(4)));
    assert_eq!(caught_up(&page), Some(2));
    page.received(ServerFrame::Event(message(5)));
    assert_eq!(page.timeline.rows().len(), 6);
}

#[test]
fn coming_to_the_page_or_back_to_nothing_new_says_nothing() {
    let mut page = live();
    assert_eq!(caught_up(&page), None);
    comes_back(&mut page, 1, vec![]);
    assert_eq!(caught_up(&page), None);
    page.received(ServerFrame::Event(message(2)));
    assert_eq!(caught_up(&page), None);
}

#[test]
fn what_is_missing_on_a_live_line_was_not_missed() {
    let mut page = live();
    let asked = page.received(ServerFrame::Event(message(3))).send;
    let reference = reference_of(&asked[0]);
    let ServerFrame::Subscribed { topic, epoch, mode, .. } = subscribed(reference, vec![]) else { panic!() };
    let events = vec![message(2), message(3)];
    page.received(ServerFrame::Subscribed { reference, topic, epoch, head: 3, mode, events, more: false });
    assert_eq!(page.timeline.rows().len(), 3);
    assert_eq!(caught_up(&page), None);
}

#[test]
fn the_past_is_asked_for_and_fills_its_hole() {
    let mut page = live();
    page.timeline.reset(epoch("a"), Part { from: 3, to: 3, head: 3, events: vec![message(3)] });
    page.want(Span::Before(3));
    let [ClientFrame::History { reference, span: Span::Before(3), .. }] = page.due()[..] else { panic!() };
    assert_eq!(page.due(), []);
    let topic = page.topic.clone();
    let events = vec![message(1), message(2)];
    page.received(ServerFrame::History {
        reference,
        topic,
        epoch: epoch("a"),
        head: 3,
        from: 1,
        to: 2,
        events,
    });
    assert_eq!(page.timeline.rows().len(), 3);
}

#[test]
fn a_draft_is_said_under_the_name_it_was_written_under() {
    let mut page = live();
    let bob = Name::parse("Bob").unwrap();
    page.outbox.add(Draft { name: Some(bob.clone()), ..draft("hi") });
    assert!(
        matches!(&page.due()[..], [ClientFrame::Rename { name, .. }, ClientFrame::Publish { .. }] if *name == bob)
    );
}

#[test]
fn a_draft_that_vanished_before_it_was_sent_lets_the_next_go() {
    let mut page = live();
    let (first, second) = (draft("1"), draft("2"));
    page.outbox.add(first.clone());
    page.outbox.add(second.clone());
    page.due();
    page.vanished(first.id);
    assert!(matches!(&page.due()[..], [ClientFrame::Publish { draft, .. }] if *draft == second.id));
}

#[test]
fn a_refusal_is_kept_with_its_draft() {
    let mut page = live();
    let mine = draft("hi");
    page.outbox.add(mine.clone());
    let reference = reference_of(&page.due()[0]);
    let reaction = page.received(refusal(reference, ErrorCode::TooLarge));
    assert_eq!(reaction.changed, [Draft { tried: true, refused: Some("no".into()), ..mine }]);
    assert!(!page.wants_to_send());
}

#[test]
fn a_change_goes_the_way_of_a_message() {
    let mut page = live();
    let edit = page.write(
        Deed::Edit { message: 1, seen: Seen { revision: 1, upon: None } },
        "better".into(),
        None,
        0,
    );
    page.outbox.kept(edit.id, crate::outbox::Kept::Stored);
    let [ClientFrame::Edit { reference, draft, message: 1, revision: 1, body, .. }] = &page.due()[..] else {
        panic!()
    };
    assert_eq!((*draft, body.as_str()), (edit.id, "better"));
    let refused = page.received(refusal(*reference, ErrorCode::Stale)).changed;
    assert_eq!(refused[0].refused.as_deref(), Some("no"));
    assert_eq!(page.outbox.changes().map(|(message, _)| message).collect::<Vec<_>>(), [1]);
    assert_eq!(page.homeless().count(), 0);
}

/// An own edit that the browser has kept, of what the page shows of message 2.
fn edits(page: &mut Conversation, body: &str, place: u64) -> Draft {
    let seen = page.outbox.seen(&page.timeline.message(2).unwrap().clone());
    let edit = page.write(Deed::Edit { message: 2, seen }, body.into(), Some(place), 0);
    page.outbox.kept(edit.id, crate::outbox::Kept::Stored);
    edit
}

fn shown(page: &Conversation) -> (String, bool) {
    let shown = page.outbox.foreseen(page.timeline.message(2).unwrap());
    let EventKind::Message { body, deleted, .. } = shown.kind else { panic!() };
    (body, deleted)
}

fn own_message() -> Conversation {
    let mut page = live();
    page.received(ServerFrame::Event(message_of(2, user(7), DraftId::random())));
    page
}

#[test]
fn an_edit_of_an_own_edit_that_waits_is_made_of_it_once_the_log_has_it() {
    let mut page = own_message();
    let first = edits(&mut page, "one", 1);
    let second = edits(&mut page, "two", 2);
    assert_eq!(shown(&page), ("two".into(), false));
    let [ClientFrame::Edit { reference, revision: 2, .. }] = page.due()[..] else { panic!() };
    let topic = page.topic.clone();
    let ack = ServerFrame::Ack { reference, draft: first.id, topic, seq: 3, duplicate: false };
    let reaction = page.received(ack);
    assert_eq!(reaction.changed[0].id, second.id);
    assert!(
        matches!(&reaction.send[..], [ClientFrame::Edit { revision: 3, body, .. }] if body == "two"),
        "{reaction:?}"
    );
    // Somebody who began before the first was in the log.
    let late = Seen { revision: 2, upon: Some(first.id) };
    assert_eq!(page.as_known(late), Seen { revision: 3, upon: None });
}

#[test]
fn a_deletion_after_an_edit_that_waits_is_shown() {
    let mut page = own_message();
    edits(&mut page, "one", 1);
    let seen = page.outbox.seen(&page.timeline.message(2).unwrap().clone());
    page.write(Deed::Delete { message: 2, seen }, String::new(), Some(2), 0);
    assert!(shown(&page).1);
    assert!(page.last_own().is_none());
}

#[test]
fn an_edit_elsewhere_is_not_overwritten_until_somebody_says_so() {
    let mut page = own_message();
    let mine = edits(&mut page, "mine", 1);
    let theirs = crate::fixtures::edit(3, 2, Some("from another tab"));
    let theirs = Event { author: message_of(3, user(7), mine.id).author, ..theirs };
    let sent = page.received(ServerFrame::Event(theirs)).send;
    let [ClientFrame::Edit { reference, revision: 2, .. }] = sent[..] else { panic!() };
    page.received(refusal(reference, ErrorCode::Stale));
    assert_eq!(shown(&page), ("from another tab".into(), false));
    page.retry(mine.id);
    assert!(matches!(&page.due()[..], [ClientFrame::Edit { revision: 3, .. }]));
}

#[test]
fn the_last_own_message_is_the_one_that_still_stands() {
    let mut page = live();
    assert!(page.last_own().is_none());
    for seq in [2, 3] {
        page.received(ServerFrame::Event(message_of(seq, user(7), DraftId::random())));
    }
    assert_eq!(page.last_own().unwrap().seq, 3);
    page.received(ServerFrame::Event(deletion(4, 3)));
    assert_eq!(page.last_own().unwrap().seq, 2);
}

#[test]
fn what_is_written_anew_stands_where_it_stood() {
    let mut page = page();
    let first = page.write(Deed::Say, "frist".into(), None, 5);
    let second = page.write(Deed::Say, "second".into(), None, 5);
    page.vanished(first.id);
    let anew = page.write(Deed::Say, "first".into(), Some(first.place), 9);
    let ids: Vec<DraftId> = page.outbox.entries().iter().map(|entry| entry.draft.id).collect();
    assert_eq!(ids, [anew.id, second.id]);
    assert_ne!(anew.id, first.id);
}
