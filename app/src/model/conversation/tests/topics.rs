//! Switching between topics.

use super::*;

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn in_topic(name: &str, event: Event) -> Event {
    Event { topic: topic(name), ..event }
}

/// Receives the reply to the subscription among these frames.
fn answer(page: &mut Conversation, frames: &[ClientFrame], events: Vec<Event>) -> Effects {
    let subscribe = frames.iter().find_map(|frame| match frame {
        ClientFrame::Subscribe { reference, topic, since, .. } => {
            Some((*reference, topic.clone(), since.is_some()))
        }
        _ => None,
    });
    let (reference, topic, resumes) = subscribe.expect("nothing is subscribed to");
    let mode = if resumes { SubscriptionMode::Resume } else { SubscriptionMode::Tail };
    let head = events.last().map_or(0, |event| event.seq);
    page.receive(subscription_reply(reference, &topic, mode, head, events, false))
}

/// Returns a page that shows `other` and showed the lobby before.
fn in_other() -> Conversation {
    let mut page = live();
    page.open(&topic("other"));
    assert!(!page.current().is_loaded());
    let frames = page.due_frames();
    answer(&mut page, &frames, vec![in_topic("other", message(1)), in_topic("other", message(2))]);
    page
}

#[test]
fn a_new_topic_is_subscribed_once_on_the_same_connection() {
    let mut page = live();
    page.open(&topic("other"));
    assert_eq!(page.status, ConnectionStatus::Live);
    let frames = page.due_frames();
    assert!(
        matches!(&frames[..], [ClientFrame::Subscribe { since: None, topic, .. }] if topic.as_str() == "other")
    );
    assert_eq!(page.due_frames(), []);
    answer(&mut page, &frames, vec![in_topic("other", message(1))]);
    assert_eq!(page.current().timeline.rows().len(), 1);
}

#[test]
fn a_background_topic_is_up_to_date_without_a_request() {
    let mut page = in_other();
    page.receive(ServerFrame::Event(message(2)));
    page.open(&topic("lobby"));
    assert_eq!(page.due_frames(), []);
    assert_eq!(page.current().timeline.rows().len(), 2);
    page.open(&topic("other"));
    assert_eq!(page.current().timeline.rows().len(), 2);
}

#[test]
fn every_topic_resumes_after_a_lost_connection() {
    let mut page = in_other();
    page.disconnected(ConnectionStatus::Lost);
    let frames = page.connected();
    let since = frames.iter().filter_map(|frame| match frame {
        ClientFrame::Subscribe { topic, since: Some(since), .. } => Some((topic.as_str(), since.seq)),
        _ => None,
    });
    assert_eq!(since.collect::<Vec<_>>(), [("other", 2), ("lobby", 1)]);
}

#[test]
fn the_topic_shown_longest_ago_is_unsubscribed() {
    let mut page = live();
    for n in 1..=9 {
        page.open(&topic(&format!("t{n}")));
        let frames = page.due_frames();
        answer(&mut page, &frames, Vec::new());
    }
    page.open(&topic("t10"));
    let gone = page.due_frames().into_iter().filter_map(|frame| match frame {
        ClientFrame::Unsubscribe { topic, .. } => Some(topic.to_string()),
        _ => None,
    });
    assert_eq!(gone.collect::<Vec<_>>(), ["t2"]);
}

#[test]
fn a_draft_goes_to_its_own_topic_whichever_is_shown() {
    let mut page = in_other();
    let mine = draft("for the lobby");
    page.outbox.add_stored(mine.clone());
    assert_eq!(page.unanchored().count(), 0);
    let sent = page.due_frames();
    assert!(matches!(&sent[..], [ClientFrame::Publish { topic, .. }] if topic.as_str() == "lobby"));
    page.receive(ServerFrame::Event(message_of(2, user(7), mine.id)));
    assert!(page.outbox.entries().is_empty());
}

#[test]
fn a_draft_of_an_unsubscribed_topic_is_done_with_its_ack() {
    let mut page = live();
    let mine = Draft { topic: topic("elsewhere"), ..draft("hi") };
    page.outbox.add_stored(mine.clone());
    let reference = reference_of(&page.due_frames()[0]);
    let ack =
        ServerFrame::Ack { reference, draft: mine.id, topic: mine.topic.clone(), seq: 9, duplicate: false };
    assert_eq!(page.receive(ack).committed_drafts, [mine.id]);
}

#[test]
fn a_change_of_another_topics_message_does_not_show_here() {
    let mut page = in_other();
    let reaction = Action::React { message: 1, emoji: "👍".to_owned().try_into().unwrap(), on: true };
    page.outbox.add_stored(Draft { action: reaction, ..draft("") });
    assert_eq!(page.outbox.changes(page.topic()).count(), 0);
    page.open(&topic("lobby"));
    assert_eq!(page.outbox.changes(page.topic()).count(), 1);
}

#[test]
fn a_refused_topic_says_so_and_the_others_continue() {
    let mut page = in_other();
    page.open(&topic("third"));
    let reference = reference_of(&page.due_frames()[0]);
    page.open(&topic("other"));
    page.receive(refusal(reference, ErrorCode::TooManySubscriptions));
    assert_eq!(page.status, ConnectionStatus::Live);
    page.open(&topic("third"));
    assert_eq!(page.current().refused.as_deref(), Some("no"));
}

#[test]
fn the_own_arrival_is_hidden_but_not_that_of_a_namesake() {
    let mut page = live();
    let came = || ServerFrame::Presence {
        topic: topic("lobby"),
        here: 2,
        joined: vec![Name::anonymous()],
        left: Vec::new(),
    };
    page.receive(came());
    assert_eq!(page.current().timeline.rows().len(), 1);
    page.receive(came());
    assert_eq!(page.current().timeline.rows().len(), 2);
}

#[test]
fn a_title_arrives_with_the_subscription_and_a_change_contains_only_differences() {
    let mut page = live();
    page.open(&topic("other"));
    assert_eq!(page.current().about, None);
    let frames = page.due_frames();
    let about = |title, description| About::parse(title, description).unwrap();
    let Some(ClientFrame::Subscribe { reference, topic, .. }) = frames.into_iter().next() else { panic!() };
    page.receive(ServerFrame::Subscribed {
        reference,
        topic: topic.clone(),
        epoch: epoch("a"),
        head: 1,
        draft: None,
        at: None,
        mode: SubscriptionMode::Tail,
        events: vec![in_topic("other", message(1))],
        more: false,
        about: Some(about("Tea", "Green")),
    });
    let seen = page.current().about.clone().unwrap();
    assert_eq!(seen, about("Tea", "Green"));
    assert!(!page.describe(&seen, about("Tea", "Green")));
    assert_eq!(page.due_frames(), []);
    assert!(page.describe(&seen, about("Tea", "Black")));
    let described = page.due_frames();
    let [ClientFrame::Describe { change, .. }] = &described[..] else { panic!("{described:?}") };
    assert_eq!(
        (change.part, change.about.description()),
        (crate::protocol::AboutFields::Description, "Black")
    );
}
