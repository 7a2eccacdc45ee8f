mod catch_up;
mod changes;
mod describing;
mod drafts;
mod lost_connections;
mod names;
mod people;
mod reading;
mod search;
mod subscriptions;
mod topics;

use super::*;
use crate::{
    model::{
        fixtures::{deletion, draft, epoch, message, message_of, user},
        outbox::SendState,
        timeline::{LogSlice, Notice, Row},
    },
    protocol::{
        About, Action, ErrorCode, Event, EventKind, HistoryRange, PROTOCOL_VERSION, ServerFrame,
        SubscriptionMode,
    },
};

/// The lobby with one message, for a reader who follows no topic.
fn snapshot() -> TopicSnapshot {
    TopicSnapshot {
        topic: "lobby".parse().unwrap(),
        epoch: epoch("a"),
        part: LogSlice { from: 1, to: 1, head: 1, events: vec![message(1)] },
        head_draft: None,
        head_at: None,
        user: user(7),
        name: Name::anonymous(),
        about: crate::protocol::About::default(),
        memberships: Vec::new(),
        quoted: Vec::new(),
    }
}

/// Returns a page that holds the send lock.
fn page() -> Conversation {
    let mut page = Conversation::new(snapshot());
    page.outbox.set_may_send(true);
    page
}

fn live() -> Conversation {
    let mut page = page();
    let frames = page.connected();
    let reference = reference_of(&frames[1]);
    page.receive(subscribed(reference, vec![]));
    assert_eq!(page.status, ConnectionStatus::Live);
    page
}

fn subscribed(reference: u64, events: Vec<Event>) -> ServerFrame {
    resumed(reference, 1, events, false)
}

/// The reply to a subscription to the lobby, which resumes.
fn resumed(reference: u64, head: u64, events: Vec<Event>, more: bool) -> ServerFrame {
    let lobby = "lobby".parse().unwrap();
    subscription_reply(reference, &lobby, SubscriptionMode::Resume, head, events, more)
}

/// The reply to a subscription with the newest events of a log. `more` says whether older ones are left out.
fn tail(reference: u64, topic: &TopicName, head: u64, events: Vec<Event>, more: bool) -> ServerFrame {
    subscription_reply(reference, topic, SubscriptionMode::Tail, head, events, more)
}

fn subscription_reply(
    reference: u64,
    topic: &TopicName,
    mode: SubscriptionMode,
    head: u64,
    events: Vec<Event>,
    more: bool,
) -> ServerFrame {
    ServerFrame::Subscribed {
        reference,
        topic: topic.clone(),
        epoch: epoch("a"),
        head,
        draft: None,
        at: None,
        mode,
        events,
        more,
        about: None,
    }
}

fn ack(reference: u64, draft: DraftId, seq: u64) -> ServerFrame {
    ServerFrame::Ack { reference, draft, topic: "lobby".parse().unwrap(), seq, duplicate: false }
}

fn reference_of(frame: &ClientFrame) -> u64 {
    match frame {
        ClientFrame::Publish { reference, .. }
        | ClientFrame::Subscribe { reference, .. }
        | ClientFrame::Describe { reference, .. }
        | ClientFrame::Edit { reference, .. }
        | ClientFrame::History { reference, .. }
        | ClientFrame::Members { reference, .. }
        | ClientFrame::Rename { reference, .. } => *reference,
        other => panic!("{other:?} has no reference here"),
    }
}

fn publish(body: &str, reply_to: Option<u64>) -> Action {
    Action::Publish { body: body.into(), reply_to }
}

fn refusal(reference: u64, code: ErrorCode) -> ServerFrame {
    ServerFrame::Error { reference: Some(reference), code, message: "no".into(), retry_ms: None }
}

#[test]
fn a_connection_starts_with_hello_and_resumes_from_the_rendered_page() {
    let frames = page().connected();
    assert!(matches!(&frames[0], ClientFrame::Hello { version: PROTOCOL_VERSION, .. }));
    assert!(matches!(&frames[1], ClientFrame::Subscribe { since: Some(since), .. } if since.seq == 1));
}

#[test]
fn an_event_of_another_topic_changes_nothing() {
    let mut page = live();
    let before = page.clone();
    let event = Event { topic: "other".parse().unwrap(), ..message(2) };
    assert_eq!(page.receive(ServerFrame::Event(event)), Effects::default());
    assert_eq!(page, before);
}

#[test]
fn a_ping_is_answered_and_a_drain_is_heeded() {
    let mut page = live();
    assert_eq!(page.receive(ServerFrame::Ping { n: 3 }).send, [ClientFrame::Pong { n: 3 }]);
    assert_eq!(page.receive(ServerFrame::Drain { within_ms: 500 }).drain_ms, Some(500));
}

#[test]
fn a_probe_is_sent_on_a_live_connection_and_changes_nothing() {
    assert_eq!(page().probe(), None);
    let mut page = live();
    let before = page.clone();
    let Some((request, ClientFrame::Members { reference, topic })) = page.probe() else {
        panic!("no probe is sent")
    };
    assert_eq!(request, reference);
    page.receive(ServerFrame::Members { reference, topic, here: 1, people: vec![] });
    assert_eq!(
        (page.current().timeline.rows(), &page.status),
        (before.current().timeline.rows(), &before.status)
    );
}

#[test]
fn presence_counts_people_and_names_them() {
    let mut page = live();
    let topic = "lobby".parse().unwrap();
    let ann = Name::parse("Ann").unwrap();
    page.receive(ServerFrame::Presence { topic, here: 2, joined: vec![ann], left: vec![] });
    assert_eq!(page.current().here, Some(2));
    assert_eq!(page.current().timeline.rows().len(), 2);
}

#[test]
fn a_subscription_is_retried_after_a_retryable_error() {
    let mut page = page();
    let reference = reference_of(&page.connected()[1]);
    let effects = page.receive(refusal(reference, ErrorCode::Unavailable));
    assert_eq!((effects.send.len(), effects.retry_ms), (0, Some(1_000)));
    assert!(
        matches!(&page.due_frames()[..], [ClientFrame::Subscribe { since: Some(since), .. }] if since.seq == 1)
    );
    assert_eq!(page.due_frames(), []);
}
