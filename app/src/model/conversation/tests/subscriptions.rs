//! Replies to subscriptions.

use super::*;

/// Opens a topic that is not loaded, and receives the newest events of its log.
fn opens(head: u64, events: Vec<Event>, more: bool) -> Conversation {
    let mut page = live();
    let tea: TopicName = "tea".parse().unwrap();
    page.open(&tea);
    assert!(!page.current().is_live() && !page.current().is_loaded());
    let frames = page.due_frames();
    assert!(matches!(frames[..], [ClientFrame::Subscribe { echo: true, since: None, .. }]));
    let events = events.into_iter().map(|event| Event { topic: tea.clone(), ..event }).collect();
    page.receive(tail(reference_of(&frames[0]), &tea, head, events, more));
    assert!(page.current().is_live() && page.current().is_loaded());
    page
}

/// Messages by their `seq`, gaps by their negated size.
fn seen(page: &Conversation) -> Vec<i64> {
    let of = |row: &Row| match row {
        Row::Message(event) => event.seq as i64,
        Row::Gap(gap) => -(gap.len() as i64),
        Row::Notice { .. } => 0,
    };
    page.current().timeline.rows().iter().map(of).collect()
}

#[test]
fn a_tail_has_a_gap_before_it_only_where_messages_are_left_out() {
    assert_eq!(seen(&opens(9, vec![message(7), message(9)], true)), [-6, 7, 9]);
    assert_eq!(seen(&opens(9, vec![message(7), message(9)], false)), [7, 9]);
    assert_eq!(seen(&opens(3, Vec::new(), true)), [-3]);
    assert_eq!(seen(&opens(3, Vec::new(), false)), [0; 0]);
}

#[test]
fn a_topic_that_cannot_be_subscribed_is_refused_with_the_reason() {
    let mut page = live();
    page.open(&"tea".parse().unwrap());
    let reference = reference_of(&page.due_frames()[0]);
    page.receive(refusal(reference, ErrorCode::Unavailable));
    assert_eq!((&page.status, &page.current().refused), (&ConnectionStatus::Live, &None));
    let reference = reference_of(&page.due_frames()[0]);
    page.receive(refusal(reference, ErrorCode::TooManySubscriptions));
    assert_eq!((&page.status, &page.current().refused), (&ConnectionStatus::Refused("no".into()), &None));
    page.receive(tail(reference, &"tea".parse().unwrap(), 0, Vec::new(), false));
    assert!(!page.current().is_live(), "a request has one reply");
}

#[test]
fn a_loaded_topic_that_is_refused_stays_readable_until_it_is_subscribed_again() {
    let mut page = page();
    let reference = reference_of(&page.connected()[1]);
    page.receive(refusal(reference, ErrorCode::TooManySubscriptions));
    assert_eq!(
        (&page.status, page.current().refused.as_deref()),
        (&ConnectionStatus::Connecting, Some("no"))
    );
    let reference = reference_of(&page.connected()[1]);
    page.receive(subscribed(reference, vec![]));
    assert_eq!((&page.status, &page.current().refused), (&ConnectionStatus::Live, &None));
}

#[test]
fn a_reply_that_skips_events_leads_to_another_subscription() {
    let mut page = page();
    let reference = reference_of(&page.connected()[1]);
    let sent = page.receive(subscribed(reference, vec![message(3)])).send;
    assert!(matches!(&sent[..], [ClientFrame::Subscribe { since: Some(since), .. }] if since.seq == 1));
}

#[test]
fn a_reset_ends_the_count_of_missed_messages_and_forgets_viewed_ones() {
    let mut page = live();
    page.current_mut().viewed.insert(5);
    let lobby = page.topic().clone();
    page.disconnected(ConnectionStatus::Lost);
    let reference = reference_of(&page.connected()[1]);
    page.receive(resumed(reference, 3, vec![message(2)], true));
    let gap = page.receive(ServerFrame::Event(message(9))).send;
    page.receive(tail(reference_of(&gap[0]), &lobby, 2, vec![message(1), message(2)], false));
    assert!(page.current().viewed.is_empty());
    page.receive(ServerFrame::Event(message(3)));
    assert_eq!(seen(&page), [1, 2, 3], "no notice");
}
