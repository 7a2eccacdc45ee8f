use app::protocol::{Author, DraftId, Event, EventKind, Name, Timestamp, TopicName, UserId};
use uuid::Uuid;

use super::*;

fn sender(node: &str) -> Sender {
    Sender { node: node.to_owned(), database: "d".to_owned() }
}

fn topic() -> TopicName {
    "lobby".parse().unwrap()
}

fn head(seq: u64) -> Signal {
    Signal::Head { topic: topic(), seq }
}

fn draft(seq: u64) -> DraftId {
    DraftId(Uuid::from_u128(seq.into()))
}

fn event(seq: u64, body: &str) -> Event {
    Event {
        topic: topic(),
        seq,
        at: Timestamp(5),
        author: Author { user: UserId(Uuid::nil()), name: Name::anonymous(), unverified: false },
        kind: EventKind::message(draft(seq), body.to_owned()),
    }
}

fn batch(seqs: std::ops::RangeInclusive<u64>, body: &str) -> EventBatch {
    let after = Some(draft(seqs.start() - 1));
    let events = seqs.map(|seq| event(seq, body)).collect();
    EventBatch { topic: topic(), after, dialect: 2, events }
}

fn received(payload: &str) -> ReceivedPayload {
    sender("b").parse(payload.as_bytes()).unwrap().unwrap()
}

#[test]
fn a_payload_is_json_that_later_versions_must_read() {
    let payloads = sender("a").encode(&[batch(8..=8, "tea")], vec![head(7)], 1_000).payloads;
    let nil = Uuid::nil();
    let [seventh, eighth] = [7, 8].map(draft);
    let event = format!(
        r#"{{"topic":"lobby","seq":8,"at":5,"author":{{"user":"{nil}","name":"{}"}},"kind":"message","draft":"{eighth}","body":"tea"}}"#,
        Name::anonymous()
    );
    assert_eq!(
        payloads,
        [format!(
            r#"{{"from":"a","database":"d","events":[{{"topic":"lobby","after":"{seventh}","dialect":2,"events":[{event}]}}],"signals":[{{"head":{{"topic":"lobby","seq":7}}}}]}}"#
        )]
    );
    let expected = ReceivedPayload {
        signals: vec![head(7)],
        events: vec![batch(8..=8, "tea")],
        ..ReceivedPayload::default()
    };
    assert_eq!(received(&payloads[0]), expected);
    assert_eq!(
        received(&sender("a").lost()),
        ReceivedPayload { has_lost: true, ..ReceivedPayload::default() }
    );
    assert_eq!(sender("a").encode(&[], vec![], 1_000).payloads, [""; 0]);
}

#[test]
fn payloads_of_this_node_and_of_other_databases_are_ignored() {
    let payload = sender("a").encode(&[], vec![head(7)], 1_000).payloads.remove(0);
    assert_eq!(sender("a").parse(payload.as_bytes()).unwrap(), None);
    let other = Sender { node: "b".to_owned(), database: "e".to_owned() };
    assert_eq!(other.parse(payload.as_bytes()).unwrap(), None);
}

#[test]
fn many_items_are_split_and_none_is_lost() {
    let batches: Vec<_> = (1..=100).map(|seq| batch(seq..=seq + 1, "tea")).collect();
    let signals: Vec<_> = (0..1_000).map(head).collect();
    let payloads = sender("a").encode(&batches, signals.clone(), 4_000).payloads;
    assert!(payloads.iter().all(|payload| payload.len() <= 4_000));
    assert!(payloads.iter().rev().skip(1).all(|payload| payload.len() > 3_000), "each is full");
    let received: Vec<_> = payloads.iter().map(|payload| received(payload)).collect();
    let found: Vec<_> = received.iter().flat_map(|received| received.events.clone()).collect();
    assert_eq!(found, batches);
    let found: Vec<_> = received.iter().flat_map(|received| received.signals.clone()).collect();
    assert_eq!(found, signals);
}

#[test]
fn a_long_batch_is_split_into_consecutive_ones() {
    let long = batch(3..=30, "tea");
    let payloads = sender("a").encode(std::slice::from_ref(&long), vec![], 1_000).payloads;
    assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() <= 1_000));
    let parts: Vec<_> = payloads.iter().flat_map(|payload| received(payload).events).collect();
    for part in &parts {
        assert_eq!(part.after, Some(draft(part.events[0].seq - 1)));
    }
    let events: Vec<_> = parts.into_iter().flat_map(|part| part.events).collect();
    assert_eq!(events, long.events);
}

#[test]
fn of_events_that_are_too_long_the_head_is_announced() {
    let mut batch = batch(3..=5, "tea");
    batch.events[1] = event(4, &"x".repeat(1_000));
    let payloads = sender("a").encode(&[batch], vec![], 1_000).payloads;
    let expected = ReceivedPayload { signals: vec![head(5)], ..ReceivedPayload::default() };
    assert_eq!(payloads.iter().map(|payload| received(payload)).collect::<Vec<_>>(), [expected]);
}

#[test]
fn signals_that_are_too_long_are_left_out_and_counted() {
    let encoded = sender("a").encode(&[batch(1..=1, "tea")], vec![head(7), head(8)], 60);
    assert_eq!(encoded, EncodedSignals { payloads: Vec::new(), left_out: 3 });
    let typing = Signal::Typing { topic: topic(), people: Vec::new() };
    let room = sender("a").encode(&[], vec![typing.clone()], 1_000).payloads[0].len();
    let encoded = sender("a").encode(&[], vec![typing.clone(), head(u64::MAX)], room);
    assert_eq!((received(&encoded.payloads[0]).signals, encoded.left_out), (vec![typing], 1));
}

#[test]
fn unknown_and_wrong_items_are_ignored() {
    let sound = json(&event(1, "tea"));
    let gap = json(&event(3, "tea"));
    let elsewhere = sound.replace("lobby", "tea");
    let unknown = sound.replace("message", "parade");
    let zero = sound.replace(r#""seq":1"#, r#""seq":0"#);
    let huge = sound.replace(r#""seq":1"#, r#""seq":18446744073709551615"#);
    for events in [
        String::new(),
        format!("{sound},{gap}"),
        format!("{sound},{sound}"),
        elsewhere,
        unknown,
        zero,
        huge,
        "7".to_owned(),
    ] {
        let payload = format!(
            r#"{{"from":"a","database":"d","events":[{{"topic":"lobby","dialect":2,"events":[{events}]}}],"signals":[null],"x":1}}"#
        );
        assert_eq!(
            received(&payload),
            ReceivedPayload { unknown: 2, ..ReceivedPayload::default() },
            "{payload}"
        );
    }
}

#[test]
fn anything_else_is_an_error() {
    let deep = "[".repeat(60_000);
    for payload in ["", "garbage", "{}", "[]", r#"{"from":"a"}"#, r#"{"from":1,"database":"d"}"#, &deep] {
        assert!(sender("b").parse(payload.as_bytes()).is_err(), "{payload}");
    }
    assert!(sender("b").parse(b"\xff\xfe\0").is_err());
}
