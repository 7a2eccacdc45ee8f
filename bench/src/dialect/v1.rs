//! `chorus.v1`: JSON. The frames of each message are searched for field names instead of parsed, for speed; the tests compare
//! them with the protocol's types.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use app::protocol::{ClientFrame, DraftId, Name, PROTOCOL_VERSION, Position, TopicName};
use memchr::memmem;
use uuid::Builder;

use super::{Frame, find};
use crate::body::{Run, Stamp};

const TYPE: &[u8] = br#"{"type":""#;
/// The bytes after a body that is the frame's last field.
const BYTES_AFTER_BODY: usize = r#""}"#.len();
/// An event's `seq` is within its first bytes, since the benchmark's topic names are short.
const SEQ_SEARCH_BYTES: usize = 96;
const SEQ: &[u8] = b"\"seq\":";

/// The first frame of a client.
pub fn hello() -> ClientFrame {
    ClientFrame::Hello { version: PROTOCOL_VERSION, name: Name::parse("bench").ok() }
}

/// Subscribes to a topic, from now on or from a position.
pub fn subscribe(topic: TopicName, since: Option<Position>) -> ClientFrame {
    ClientFrame::Subscribe { reference: 0, topic, since, tail: 0, echo: true }
}

pub(super) fn publish(out: &mut Vec<u8>, run: u32, topic: &str, stamp: Stamp, body: &[u8]) {
    let number = stamp.number;
    let draft = draft(run, stamp);
    // Writing into memory cannot fail.
    let _ = write!(out, r#"{{"type":"publish","ref":{number},"topic":"{topic}","draft":"{draft}","body":""#);
    out.extend_from_slice(body);
    out.extend_from_slice(b"\"}");
}

/// Returns a UUID of version 7, as the protocol advises and the page makes it. Its random bits hold the run, the publisher
/// (14 bits) and the number instead, which makes it unique.
fn draft(run: u32, Stamp { publisher, number }: Stamp) -> DraftId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let [a, b, c, d] = run.to_be_bytes();
    let [.., e, f] = publisher.to_be_bytes();
    let [g, h, i, j] = number.to_be_bytes();
    let random = [a, b, e, f, c, d, g, h, i, j];
    DraftId(Builder::from_unix_timestamp_millis(now.as_millis() as u64, &random).into_uuid())
}

#[inline]
pub(super) fn parse<'a>(run: &Run, payload: &'a [u8]) -> Frame<'a> {
    let rest = payload.strip_prefix(TYPE).unwrap_or_default();
    let parsed = match rest {
        _ if rest.starts_with(b"event\"") => event(run, payload),
        _ if rest.starts_with(b"ack\"") => {
            number_after(rest, b"\"ref\":").map(|number| Frame::Ack(number as u32))
        }
        _ if rest.starts_with(b"subscribed\"") => Some(Frame::Subscribed(payload)),
        _ => None,
    };
    parsed.unwrap_or(Frame::Control(payload))
}

#[inline]
fn event<'a>(run: &Run, payload: &'a [u8]) -> Option<Frame<'a>> {
    let begin = &payload[..payload.len().min(SEQ_SEARCH_BYTES)];
    let seq = number_after(begin, SEQ)?;
    Some(match find(run, payload, BYTES_AFTER_BODY) {
        Some((stamp, body)) => Frame::Message { seq: Some(seq), stamp, body },
        None => Frame::Event(seq),
    })
}

/// Returns the `seq` of the last event in a `subscribed` frame.
pub fn last_seq(payload: &[u8]) -> Option<u64> {
    number_at(&payload[memmem::rfind(payload, SEQ)? + SEQ.len()..])
}

#[inline]
fn number_after(bytes: &[u8], mark: &[u8]) -> Option<u64> {
    number_at(&bytes[memmem::find(bytes, mark)? + mark.len()..])
}

#[inline]
fn number_at(bytes: &[u8]) -> Option<u64> {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then(|| bytes[..count].iter().fold(0, |number, digit| number * 10 + u64::from(digit & 15)))
}

#[cfg(test)]
mod tests {
    use app::protocol::{Author, Epoch, Event, EventKind, ServerFrame, SubscriptionMode, Timestamp, UserId};

    use super::*;
    use crate::body::BODY_BYTES;

    const STAMP: Stamp = Stamp { publisher: 3, number: 14 };

    fn topic() -> TopicName {
        "bench0".parse().unwrap()
    }

    fn body() -> [u8; BODY_BYTES] {
        Run::new(7).body(STAMP, 15)
    }

    fn message(body: &[u8], html: Option<&str>, reply_to: Option<u64>) -> Event {
        let kind = EventKind::Message {
            draft: draft(7, STAMP),
            body: std::str::from_utf8(body).unwrap().to_owned(),
            html: html.map(str::to_owned),
            mentions: Vec::new(),
            reply_to,
            revision: None,
            deleted: false,
            reactions: Vec::new(),
        };
        let author = Author { user: UserId::fresh(), name: Name::anonymous(), unverified: false };
        Event { topic: topic(), seq: 43, at: Timestamp(1_795_374_123_045), author, kind }
    }

    /// Returns a frame as the server writes it.
    fn encoded(frame: &ServerFrame) -> Vec<u8> {
        serde_json::to_vec(frame).unwrap()
    }

    #[test]
    fn an_event_of_the_protocol_is_parsed_wherever_its_body_is() {
        for (html, reply_to) in [(None, None), (Some("<p>no</p>"), None), (None, Some(42))] {
            let event = encoded(&ServerFrame::Event(message(&body(), html, reply_to)));
            let parsed = Frame::Message { seq: Some(43), stamp: STAMP, body: &body() };
            assert_eq!(parse(&Run::new(7), &event), parsed, "{}", String::from_utf8_lossy(&event));
            assert_eq!(parse(&Run::new(8), &event), Frame::Event(43));
        }
        let hello = encoded(&ServerFrame::Event(message(b"hello", None, None)));
        assert_eq!(parse(&Run::new(7), &hello), Frame::Event(43));
        let deletion = EventKind::Deletion { draft: draft(7, STAMP), message: 42 };
        let deletion = encoded(&ServerFrame::Event(Event { kind: deletion, ..message(b"", None, None) }));
        assert_eq!(parse(&Run::new(7), &deletion), Frame::Event(43));
    }

    #[test]
    fn an_ack_of_the_protocol_is_parsed() {
        let draft = draft(7, STAMP);
        let ack = ServerFrame::Ack { reference: 4, draft, topic: topic(), seq: 43, duplicate: false };
        assert_eq!(parse(&Run::new(7), &encoded(&ack)), Frame::Ack(4));
    }

    #[test]
    fn the_last_event_of_a_subscription_is_found() {
        let subscribed = |events: Vec<Event>| {
            encoded(&ServerFrame::Subscribed {
                reference: 0,
                topic: topic(),
                epoch: Epoch("77ed741982c5c979".to_owned()),
                head: 60,
                draft: None,
                at: None,
                mode: SubscriptionMode::Resume,
                events,
                more: true,
                about: Some(Default::default()),
            })
        };
        let events = vec![Event { seq: 42, ..message(b"first", None, None) }, message(&body(), None, None)];
        let frame = subscribed(events);
        assert_eq!(parse(&Run::new(7), &frame), Frame::Subscribed(&frame));
        assert_eq!(last_seq(&frame), Some(43));
        assert_eq!(last_seq(&subscribed(Vec::new())), None);
    }

    #[test]
    fn all_other_frames_are_left_to_the_types() {
        let ping = encoded(&ServerFrame::Ping { n: 70 });
        for frame in [&ping[..], b"", b"{", br#"{"type":"event"}"#, br#"{"type":"ack","ref":"x"}"#] {
            assert_eq!(parse(&Run::new(7), frame), Frame::Control(frame));
        }
    }

    #[test]
    fn a_publish_is_encoded_as_the_protocols_type_is() {
        let mut out = Vec::new();
        publish(&mut out, 7, "bench0", STAMP, &body());
        let ClientFrame::Publish { draft, .. } = serde_json::from_slice(&out).unwrap() else {
            panic!("{}", String::from_utf8_lossy(&out))
        };
        assert_eq!((draft.0.get_version_num(), draft.0.get_variant()), (7, uuid::Variant::RFC4122));
        assert!(draft.to_string().ends_with("-8003-00070000000e"), "{draft}");
        let frame = ClientFrame::Publish {
            reference: 14,
            topic: topic(),
            draft,
            body: String::from_utf8(body().to_vec()).unwrap(),
            reply_to: None,
        };
        assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&frame).unwrap());
    }
}
