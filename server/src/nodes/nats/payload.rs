//! The payloads of NATS messages: JSON with the sender's id, the name of its database, signals, and events.

use app::protocol::DraftId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::nodes::{EventBatch, Signal, oversized_signals::EncodedSignals};

/// The sender of payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sender {
    /// A name that no other node has.
    pub(super) node: String,
    /// The [`name`](super::database_name()) of the database, which is another one after `chorus new-epoch`.
    pub(super) database: String,
}

/// A payload that was received from another node.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReceivedPayload {
    pub(super) signals: Vec<Signal>,
    pub(super) events: Vec<EventBatch>,
    /// The sender was not connected for a while, so hints of it are missing.
    pub(super) has_lost: bool,
    /// The number of items that this version does not know, or that are wrong.
    pub(super) unknown: usize,
}

impl ReceivedPayload {
    /// Keeps only the heads of the events.
    pub(super) fn drop_texts(&mut self) {
        self.signals.extend(self.events.drain(..).map(|batch| batch.head()));
    }
}

#[derive(Deserialize)]
struct Envelope {
    from: String,
    database: String,
    #[serde(default)]
    signals: Vec<Value>,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    has_lost: bool,
}

/// The items of one payload, as JSON.
#[derive(Default)]
struct Group {
    events: Vec<String>,
    signals: Vec<String>,
    bytes: usize,
}

impl Sender {
    /// Encodes events and signals in as few payloads of at most `max_bytes` as they fit in. Long batches are split. Of a batch
    /// with an event that fits in none, the head is announced. A signal that fits in none is left out: a hint may be lost.
    pub(super) fn encode(
        &self,
        events: &[EventBatch],
        mut signals: Vec<Signal>,
        max_bytes: usize,
    ) -> EncodedSignals {
        let room = max_bytes.saturating_sub(self.encoded(&Group::default()).len());
        let mut groups = Vec::new();
        let mut group = Group::default();
        for batch in events {
            match split(batch, room) {
                Some(parts) => parts.into_iter().for_each(|part| {
                    group.make_room(part.len(), room, &mut groups);
                    group.events.push(part);
                }),
                None => signals.push(batch.head()),
            }
        }
        let mut left_out = 0;
        for json in signals.iter().map(json) {
            if json.len() > room {
                left_out += 1;
                continue;
            }
            group.make_room(json.len(), room, &mut groups);
            group.signals.push(json);
        }
        if group.bytes > 0 {
            groups.push(group);
        }
        let payloads = groups.iter().map(|group| self.encoded(group)).collect();
        EncodedSignals { payloads, left_out }
    }

    /// Returns the payload which says that hints of this node are missing.
    pub(super) fn lost(&self) -> String {
        let Self { node, database } = self;
        format!(r#"{{"from":{},"database":{},"has_lost":true}}"#, json(node), json(database))
    }

    /// Parses a payload, which anyone who may use the broker can have sent. Returns `None` for one of this node, or of another
    /// database.
    pub(super) fn parse(&self, payload: &[u8]) -> Result<Option<ReceivedPayload>, serde_json::Error> {
        let Envelope { from, database, signals, events, has_lost } = serde_json::from_slice(payload)?;
        if from == self.node || database != self.database {
            return Ok(None);
        }
        let total = signals.len() + events.len();
        let signals: Vec<_> =
            signals.into_iter().filter_map(|value| Signal::deserialize(value).ok()).collect();
        let events = events.into_iter().filter_map(|value| EventBatch::deserialize(value).ok());
        let events: Vec<_> = events.filter(EventBatch::is_sound).collect();
        let unknown = total - signals.len() - events.len();
        Ok(Some(ReceivedPayload { signals, events, has_lost, unknown }))
    }

    fn encoded(&self, Group { events, signals, .. }: &Group) -> String {
        let Self { node, database } = self;
        let events = events.join(",");
        let signals = signals.join(",");
        let node = json(node);
        let database = json(database);
        format!(r#"{{"from":{node},"database":{database},"events":[{events}],"signals":[{signals}]}}"#)
    }
}

impl Group {
    /// Counts an item of this length. Finishes the group first if it has no room for the item and a comma.
    fn make_room(&mut self, length: usize, room: usize, groups: &mut Vec<Self>) {
        if self.bytes > 0 && self.bytes + length + 1 > room {
            groups.push(std::mem::take(self));
        }
        self.bytes += length + 1;
    }
}

/// A part of a batch, as JSON.
struct Part {
    prefix: String,
    events: String,
}

impl Part {
    fn new(EventBatch { topic, dialect, .. }: &EventBatch, after: Option<DraftId>) -> Self {
        let topic = json(topic);
        let after = json(&after);
        let prefix = format!(r#"{{"topic":{topic},"after":{after},"dialect":{dialect},"events":["#);
        Self { prefix, events: String::new() }
    }

    /// The length of the part with one more event, its comma and the end.
    fn length_with(&self, event: &str) -> usize {
        self.prefix.len() + self.events.len() + event.len() + ",]}".len()
    }

    fn push(&mut self, event: &str) {
        if !self.events.is_empty() {
            self.events.push(',');
        }
        self.events.push_str(event);
    }

    fn into_json(self) -> String {
        self.prefix + &self.events + "]}"
    }
}

/// Encodes a batch as consecutive batches of at most `room` bytes, each of which names the event before it. Returns `None` if an
/// event does not fit.
fn split(batch: &EventBatch, room: usize) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut part = Part::new(batch, batch.after);
    let mut before = batch.after;
    for event in &batch.events {
        let encoded = json(event);
        if part.length_with(&encoded) > room && !part.events.is_empty() {
            parts.push(std::mem::replace(&mut part, Part::new(batch, before)).into_json());
        }
        if part.length_with(&encoded) > room {
            return None;
        }
        part.push(&encoded);
        before = event.kind.draft();
    }
    parts.push(part.into_json());
    Some(parts)
}

/// Encodes as JSON.
fn json(value: &impl Serialize) -> String {
    // Strings, numbers and lists: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
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
}
