//! Titles and descriptions.

use super::*;
use crate::protocol::{Position, Timestamp};

fn about(title: &str, description: &str) -> About {
    About::parse(title, description).unwrap()
}

/// Changes the title, and returns the number and the draft of the request.
fn describes(page: &mut Conversation, title: &str) -> (u64, DraftId) {
    assert!(page.describe(&About::default(), about(title, "")));
    assert_eq!(*page.describe_state(), DescribeState::Sent);
    match page.due_frames()[..] {
        [ClientFrame::Describe { reference, draft, .. }] => (reference, draft),
        _ => panic!("a description is due"),
    }
}

#[test]
fn a_description_is_sent_and_then_done_or_refused() {
    let mut page = live();
    assert_eq!(*page.describe_state(), DescribeState::Idle);
    let (reference, draft) = describes(&mut page, "Tea");
    page.receive(ack(reference + 1, draft, 2));
    page.receive(refusal(reference + 1, ErrorCode::Forbidden));
    assert_eq!(*page.describe_state(), DescribeState::Sent, "that was the reply to another request");
    page.receive(ack(reference, draft, 2));
    assert_eq!(*page.describe_state(), DescribeState::Done);
    let (reference, _) = describes(&mut page, "Coffee");
    page.receive(refusal(reference, ErrorCode::Forbidden));
    assert_eq!(*page.describe_state(), DescribeState::Refused("forbidden".into()));
}

#[test]
fn a_description_in_flight_is_sent_again_after_a_lost_connection() {
    let mut page = live();
    let (reference, draft) = describes(&mut page, "Tea");
    page.disconnected(ConnectionStatus::Lost);
    assert_eq!(*page.describe_state(), DescribeState::Sent);
    page.receive(ack(reference, draft, 2));
    assert_eq!(*page.describe_state(), DescribeState::Sent, "that number belongs to the former connection");
    page.status = ConnectionStatus::Live;
    let again = page.due_frames().into_iter().find_map(|frame| match frame {
        ClientFrame::Describe { reference, draft, .. } => Some((reference, draft)),
        _ => None,
    });
    let (again, same) = again.expect("it is due again");
    assert_eq!(same, draft);
    page.receive(ack(again, draft, 2));
    assert_eq!(*page.describe_state(), DescribeState::Done);
    assert!(page.due_frames().is_empty());
}

#[test]
fn a_description_that_is_given_up_is_not_sent_again() {
    let mut page = live();
    describes(&mut page, "Tea");
    page.disconnected(ConnectionStatus::Lost);
    page.forget_description();
    page.status = ConnectionStatus::Live;
    assert!(!page.due_frames().iter().any(|frame| matches!(frame, ClientFrame::Describe { .. })));
    assert_eq!(*page.describe_state(), DescribeState::Idle);
}

#[test]
fn a_topic_that_exists_after_all_is_described_instead_of_created() {
    let mut page = live();
    page.open(&"tea".parse().unwrap());
    let subscribe = &page.due_frames()[0];
    page.receive(tail(reference_of(subscribe), &"tea".parse().unwrap(), 0, Vec::new(), false));
    assert!(page.describe(&About::default(), about("Tea", "")));
    let [ClientFrame::CreateTopic { reference, draft, .. }] = page.due_frames()[..] else { panic!() };
    let sent = page.receive(refusal(reference, ErrorCode::Exists)).send;
    assert_eq!(*page.describe_state(), DescribeState::Sent);
    let [ClientFrame::Describe { reference, draft: same, .. }] = sent[..] else { panic!("{sent:?}") };
    assert_eq!(same, draft);
    page.receive(refusal(reference, ErrorCode::Exists));
    assert_eq!(*page.describe_state(), DescribeState::Refused("exists".into()), "it is asked only once");
}

#[test]
fn a_change_of_the_title_is_shown_with_a_notice() {
    let mut page = live();
    let kind = EventKind::About { draft: DraftId::fresh(), about: about("Tea", "Green") };
    page.receive(ServerFrame::Event(Event { kind: kind.clone(), ..message(2) }));
    assert_eq!(page.current().about, Some(about("Tea", "Green")));
    let notice = Notice::About(Name::parse("Ann").unwrap(), "Tea".into());
    assert!(
        matches!(page.current().timeline.rows(), [_, Row::Notice { notice: shown, .. }] if *shown == notice)
    );
    page.receive(ServerFrame::Event(Event { kind, ..message(2) }));
    assert_eq!(page.current().timeline.rows().len(), 2, "a duplicate is not announced");
    let kind = EventKind::About { draft: DraftId::fresh(), about: about("Tea", "Black") };
    page.receive(ServerFrame::Event(Event { kind, ..message(3) }));
    assert_eq!(page.current().about, Some(about("Tea", "Black")));
    assert_eq!(page.current().timeline.rows().len(), 2, "a new description is no new title");
    let kind = EventKind::About { draft: DraftId::fresh(), about: about("", "Black") };
    page.receive(ServerFrame::Event(Event { kind, ..message(4) }));
    let removed = Notice::About(Name::parse("Ann").unwrap(), String::new());
    let rows = page.current().timeline.rows();
    assert!(matches!(rows.last(), Some(Row::Notice { notice, .. }) if *notice == removed), "{rows:?}");
}

#[test]
fn a_page_starts_with_the_title_the_quoted_messages_and_the_head_of_its_snapshot() {
    let head_draft = Some(DraftId::fresh());
    let head_at = Some(Timestamp(7));
    let part = LogSlice { from: 8, to: 9, head: 10, events: vec![message(8), message(9)] };
    let about = about("Tea", "");
    let quoted = vec![message(3), message(4)];
    let mut page = Conversation::new(TopicSnapshot {
        about: about.clone(),
        head_draft,
        head_at,
        part,
        quoted,
        ..snapshot()
    });
    assert_eq!(page.current().about, Some(about));
    let seqs = [4, 9, 5].map(|seq| page.current().message(seq).map(|event| event.seq));
    assert_eq!(seqs, [Some(4), Some(9), None]);
    let since = Position { epoch: epoch("a"), seq: 10, draft: head_draft, at: head_at };
    assert!(matches!(&page.connected()[1], ClientFrame::Subscribe { since: Some(at), .. } if *at == since));
}

#[test]
fn the_first_description_of_an_empty_topic_creates_it_whole() {
    let mut page = live();
    page.open(&"tea".parse().unwrap());
    let subscribe = &page.due_frames()[0];
    let empty = tail(reference_of(subscribe), &"tea".parse().unwrap(), 0, Vec::new(), false);
    page.receive(empty);
    assert!(page.describe(&about("", "Green"), about("Tea", "Green")));
    let sent = page.due_frames();
    let [ClientFrame::CreateTopic { about: whole, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(*whole, about("Tea", "Green"));
}
