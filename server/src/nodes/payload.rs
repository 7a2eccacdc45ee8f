//! The payloads in which signals travel: JSON with the sender's id and a list of signals. A payload without signals is a
//! heartbeat.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Signal, oversized_signals::EncodedSignals};

/// The longest payload, in bytes. `NOTIFY` takes less than 8,000.
pub(super) const MAX_PAYLOAD_BYTES: usize = 7_900;

#[derive(Serialize, Deserialize)]
struct Envelope<S> {
    from: String,
    signals: Vec<S>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_lost: bool,
}

/// A payload that was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReceivedSignals {
    pub(super) from: String,
    pub(super) signals: Vec<Signal>,
    /// Earlier signals of the sender were not sent.
    pub(super) has_lost: bool,
    /// The number of signals that this version does not know.
    pub(super) unknown: usize,
}

/// Encodes signals in as few payloads as they fit in; at least one. A signal that fits in none is left out: a hint may be lost.
pub(super) fn encode(from: &str, signals: Vec<Signal>) -> EncodedSignals {
    let room = MAX_PAYLOAD_BYTES - encoded(from, Vec::new()).len();
    let mut groups = vec![Vec::new()];
    let mut bytes = 0;
    let mut left_out = 0;
    for signal in signals {
        let length = json(&signal).len() + 1;
        if length > room {
            left_out += 1;
            continue;
        }
        bytes += length;
        match groups.last_mut() {
            Some(group) if bytes <= room => group.push(signal),
            _ => {
                bytes = length;
                groups.push(vec![signal]);
            }
        }
    }
    let payloads = groups.into_iter().map(|group| encoded(from, group)).collect();
    EncodedSignals { payloads, left_out }
}

/// Returns the payload which says that earlier signals of this node were not sent.
pub(super) fn lost(from: &str) -> String {
    json(&Envelope::<Signal> { from: from.to_owned(), signals: Vec::new(), has_lost: true })
}

/// Parses a payload, which anyone who may use the database can have sent.
pub(super) fn parse(payload: &str) -> Result<ReceivedSignals, serde_json::Error> {
    let Envelope { from, signals, has_lost } = serde_json::from_str::<Envelope<Value>>(payload)?;
    let total = signals.len();
    let signals: Vec<_> = signals.into_iter().filter_map(|value| Signal::deserialize(value).ok()).collect();
    Ok(ReceivedSignals { from, unknown: total - signals.len(), signals, has_lost })
}

fn encoded(from: &str, signals: Vec<Signal>) -> String {
    json(&Envelope { from: from.to_owned(), signals, has_lost: false })
}

fn json(value: &impl Serialize) -> String {
    // Strings, numbers and lists: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use app::protocol::{Name, Person, TopicName, UserId};

    use super::*;
    use crate::nodes::{NodeId, NodePeople};

    fn head(topic: &str, seq: u64) -> Signal {
        Signal::Head { topic: topic.parse().unwrap(), seq }
    }

    #[test]
    fn a_payload_is_json_that_later_versions_must_read() {
        assert_eq!(encode("a", vec![]).payloads, [r#"{"from":"a","signals":[]}"#]);
        let payload = encode("a", vec![head("lobby", 7)]).payloads;
        assert_eq!(payload, [r#"{"from":"a","signals":[{"head":{"topic":"lobby","seq":7}}]}"#]);
    }

    #[test]
    fn each_kind_has_its_form() {
        let topic: TopicName = "lobby".parse().unwrap();
        let user = UserId(uuid::Uuid::from_u128(1));
        let ann = Person { user, name: Name::parse("Ann").unwrap() };
        let people = |people: Option<Vec<Person>>| {
            let node = NodeId::of(7);
            let version = 3;
            let count = 1;
            Signal::People(NodePeople { node, version, topic: topic.clone(), count, people })
        };
        let id = "00000000-0000-0000-0000-000000000001";
        let person = format!(r#"{{"user":"{id}","name":"Ann"}}"#);
        let list = r#"{"people":{"node":7,"version":3,"topic":"lobby","count":1,"people":"#;
        for (signal, form) in [
            (people(Some(vec![ann.clone()])), format!("{list}[{person}]}}}}")),
            (people(None), format!("{list}null}}}}")),
            (Signal::Leaving { node: NodeId::of(7) }, r#"{"leaving":{"node":7}}"#.to_owned()),
            (Signal::Hello { node: NodeId::of(7) }, r#"{"hello":{"node":7}}"#.to_owned()),
            (
                Signal::Typing { topic: topic.clone(), people: vec![ann] },
                format!(r#"{{"typing":{{"topic":"lobby","people":[{person}]}}}}"#),
            ),
            (
                Signal::Membership { user, topic: topic.clone() },
                format!(r#"{{"membership":{{"user":"{id}","topic":"lobby"}}}}"#),
            ),
            (
                Signal::Read { user, topic: topic.clone(), seq: 5 },
                format!(r#"{{"read":{{"user":"{id}","topic":"lobby","seq":5}}}}"#),
            ),
            (Signal::Sessions { user: Some(user) }, format!(r#"{{"sessions":{{"user":"{id}"}}}}"#)),
            (Signal::Sessions { user: None }, r#"{"sessions":{"user":null}}"#.to_owned()),
            (Signal::Rights { version: 3 }, r#"{"rights":{"version":3}}"#.to_owned()),
        ] {
            let payload = format!(r#"{{"from":"a","signals":[{form}]}}"#);
            assert_eq!(encode("a", vec![signal.clone()]).payloads, [payload.as_str()]);
            assert_eq!(parse(&payload).unwrap().signals, [signal]);
        }
    }

    #[test]
    fn a_signal_that_is_too_long_is_left_out_and_counted() {
        let name = Name::parse(&"x".repeat(64)).unwrap();
        let people = (0..100).map(|_| Person { user: UserId::fresh(), name: name.clone() }).collect();
        let long = Signal::Typing { topic: "lobby".parse().unwrap(), people };
        let without = encode("a", vec![head("lobby", 7)]);
        assert_eq!(without.left_out, 0);
        let with = encode("a", vec![long.clone(), head("lobby", 7), long]);
        assert_eq!(with, EncodedSignals { left_out: 2, ..without });
    }

    #[test]
    fn many_signals_are_split_and_none_is_lost() {
        let signals: Vec<_> = (0..1_000).map(|n| head(&format!("{n:0>60}"), u64::MAX - n)).collect();
        let payloads = encode("0123456789abcdef", signals.clone()).payloads;
        assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() < 8_000));
        assert!(payloads.iter().rev().skip(1).all(|payload| payload.len() > 7_000), "each is full");
        let received: Vec<_> = payloads.iter().flat_map(|payload| parse(payload).unwrap().signals).collect();
        assert_eq!(received, signals);
    }

    #[test]
    fn unknown_signals_and_fields_are_ignored() {
        let payload = r#"{"from":"a","age":1,"signals":[{"weather":{"topic":"lobby"}},{"head":{"topic":"lobby","seq":7,"x":1}},
            {"head":{"topic":"Not A Name","seq":7}},{"head":{"topic":"lobby","seq":-1}},null]}"#;
        let signals = vec![head("lobby", 7)];
        let expected = ReceivedSignals { from: "a".to_owned(), signals, has_lost: false, unknown: 4 };
        assert_eq!(parse(payload).unwrap(), expected);
    }

    #[test]
    fn a_loss_has_a_form_that_earlier_versions_take_for_a_heartbeat() {
        assert_eq!(lost("a"), r#"{"from":"a","signals":[],"has_lost":true}"#);
        assert!(parse(&lost("a")).unwrap().has_lost);
    }

    #[test]
    fn anything_else_is_an_error() {
        let deep = "[".repeat(7_000);
        for payload in ["", "garbage", "{}", "[]", r#"{"from":1,"signals":[]}"#, r#"{"from":"a"}"#, &deep] {
            assert!(parse(payload).is_err(), "{payload}");
        }
    }
}
