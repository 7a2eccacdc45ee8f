//! `chorus.v1`: JSON, read by its marks. `docs/PROTOCOL.md` has the frames; each begins with its `type`.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use memchr::memmem;
use uuid::{Builder, Uuid};

use super::{Heard, find};
use crate::body::{Run, Stamp};

pub(super) const HELLO: &str = r#"{"type":"hello","version":1,"name":"bench"}"#;

const TYPE: &[u8] = br#"{"type":""#;
/// What stands behind a body when nothing else does.
const END: usize = r#""}"#.len();
/// A frame's `seq` is among its first bytes: topic names of benchmarks are short.
const SEQ_WITHIN: usize = 96;

pub(super) fn subscribe(topic: &str, since: Option<(&str, u64)>) -> String {
    let since = since.map(|(epoch, seq)| format!(r#","since":{{"epoch":"{epoch}","seq":{seq}}}"#));
    format!(r#"{{"type":"subscribe","ref":0,"topic":"{topic}","tail":0{}}}"#, since.unwrap_or_default())
}

pub(super) fn publish(out: &mut Vec<u8>, run: u32, topic: &str, stamp: Stamp, body: &[u8]) {
    let (number, draft) = (stamp.number, draft(run, stamp));
    // Writing into memory cannot fail.
    let _ = write!(out, r#"{{"type":"publish","ref":{number},"topic":"{topic}","draft":"{draft}","body":""#);
    out.extend_from_slice(body);
    out.extend_from_slice(b"\"}");
}

/// A UUID of version 7, as the protocol advises and the page makes it. Behind the time stands what makes the message, where
/// version and variant leave room: run, publisher (14 bits), number.
fn draft(run: u32, Stamp { publisher, number }: Stamp) -> Uuid {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let [a, b, c, d] = run.to_be_bytes();
    let [.., e, f] = publisher.to_be_bytes();
    let [g, h, i, j] = number.to_be_bytes();
    Builder::from_unix_timestamp_millis(now.as_millis() as u64, &[a, b, e, f, c, d, g, h, i, j]).into_uuid()
}

#[inline]
pub(super) fn hear<'a>(run: &Run, payload: &'a [u8]) -> Heard<'a> {
    let Some(rest) = payload.strip_prefix(TYPE) else { return Heard::Other };
    if rest.starts_with(b"event\"") { event(run, payload) } else { other(rest) }
}

#[inline]
fn event<'a>(run: &Run, payload: &'a [u8]) -> Heard<'a> {
    let begin = &payload[..payload.len().min(SEQ_WITHIN)];
    let Some(seq) = number_after(begin, b"\"seq\":") else { return Heard::Refused };
    match find(run, payload, END) {
        Some((stamp, body)) => Heard::Message { seq: Some(seq), stamp, body },
        None => Heard::Event(seq),
    }
}

fn other(rest: &[u8]) -> Heard<'_> {
    match rest {
        _ if rest.starts_with(b"ack\"") => {
            number_after(rest, b"\"ref\":").map_or(Heard::Refused, |number| Heard::Ack(number as u32))
        }
        _ if rest.starts_with(b"subscribed\"") => {
            number_after(rest, b"\"head\":").map_or(Heard::Refused, |head| Heard::Subscribed { head })
        }
        _ if rest.starts_with(b"welcome\"") => Heard::Welcome,
        _ if rest.starts_with(b"ping\"") => digits_after(rest, b"\"n\":").map_or(Heard::Refused, Heard::Ping),
        _ if rest.starts_with(b"error\"") || rest.starts_with(b"drain\"") => Heard::Refused,
        _ => Heard::Other,
    }
}

/// The answer to a ping.
pub fn pong(n: &str) -> String {
    format!(r#"{{"type":"pong","n":{n}}}"#)
}

#[inline]
fn number_after(bytes: &[u8], mark: &[u8]) -> Option<u64> {
    let digits = &bytes[memmem::find(bytes, mark)? + mark.len()..];
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then(|| digits[..count].iter().fold(0, |number, digit| number * 10 + u64::from(digit & 15)))
}

fn digits_after<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a str> {
    let digits = &bytes[memmem::find(bytes, mark)? + mark.len()..];
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&digits[..count]).ok()
}

pub(super) fn text_after<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a str> {
    let text = &bytes[memmem::find(bytes, mark)? + mark.len()..];
    std::str::from_utf8(&text[..memchr::memchr(b'"', text)?]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { publisher: 3, number: 14 };

    fn frame(body: &[u8], behind: &str) -> Vec<u8> {
        let body = std::str::from_utf8(body).unwrap();
        format!(
            r#"{{"type":"event","topic":"bench","seq":43,"at":1,"kind":"message","body":"{body}"{behind}}}"#
        )
        .into()
    }

    #[test]
    fn an_event_is_read_wherever_its_body_stands() {
        let run = Run::new(7);
        let body = run.body(STAMP, 15);
        for behind in ["", r#","html":"<p>no</p>""#] {
            let heard = Heard::Message { seq: Some(43), stamp: STAMP, body: &body };
            assert_eq!(hear(&run, &frame(&body, behind)), heard);
        }
        assert_eq!(hear(&Run::new(8), &frame(&body, "")), Heard::Event(43));
        assert_eq!(hear(&run, &frame(b"hello", "")), Heard::Event(43));
    }

    #[test]
    fn the_other_frames_are_known_by_their_type() {
        let run = Run::new(7);
        let heard = |text: &'static str| hear(&run, text.as_bytes());
        assert_eq!(heard(r#"{"type":"ack","ref":4,"draft":"5b2f","topic":"lobby","seq":43}"#), Heard::Ack(4));
        assert_eq!(heard(r#"{"type":"welcome","connection":"019a"}"#), Heard::Welcome);
        assert_eq!(heard(r#"{"type":"ping","n":70}"#), Heard::Ping("70"));
        assert_eq!(heard(r#"{"type":"error","code":"rate"}"#), Heard::Refused);
        assert_eq!(heard(r#"{"type":"presence","topic":"lobby","here":3}"#), Heard::Other);
        let subscribed =
            r#"{"type":"subscribed","ref":2,"topic":"lobby","epoch":"77ed","head":43,"mode":"tail"}"#;
        assert_eq!(heard(subscribed), Heard::Subscribed { head: 43 });
        assert_eq!(super::super::epoch(subscribed.as_bytes()), Some("77ed"));
    }

    #[test]
    fn what_is_said_is_json_with_a_draft_of_its_own() {
        let (run, mut out) = (Run::new(7), Vec::new());
        publish(&mut out, 7, "bench", STAMP, &run.body(STAMP, 15));
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let draft: Uuid = json["draft"].as_str().unwrap().parse().unwrap();
        assert_eq!((draft.get_version_num(), draft.get_variant()), (7, uuid::Variant::RFC4122));
        assert!(draft.to_string().ends_with("-8003-00070000000e"), "{draft}");
        assert_eq!((&json["ref"], &json["topic"]), (&14.into(), &"bench".into()));
        let since: serde_json::Value = serde_json::from_str(&subscribe("bench", Some(("77ed", 42)))).unwrap();
        assert_eq!(since["since"], serde_json::json!({ "epoch": "77ed", "seq": 42 }));
    }
}
