//! `chorus.v1`: JSON that is searched for field names instead of parsed, for speed. `docs/PROTOCOL.md` has the frames; each begins
//! with its `type`.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use memchr::memmem;
use uuid::{Builder, Uuid};

use super::{Frame, find};
use crate::body::{Run, Stamp};

pub(super) const HELLO: &str = r#"{"type":"hello","version":1,"name":"bench"}"#;

const TYPE: &[u8] = br#"{"type":""#;
/// The bytes after a body that is the frame's last field.
const BYTES_AFTER_BODY: usize = r#""}"#.len();
/// An event's `seq` is within its first bytes, since the benchmark's topic names are short.
const SEQ_SEARCH_BYTES: usize = 96;

pub(super) fn subscribe(topic: &str, since: Option<(&str, u64)>) -> String {
    let since = since.map(|(epoch, seq)| format!(r#","since":{{"epoch":"{epoch}","seq":{seq}}}"#));
    format!(r#"{{"type":"subscribe","ref":0,"topic":"{topic}","tail":0{}}}"#, since.unwrap_or_default())
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
fn draft(run: u32, Stamp { publisher, number }: Stamp) -> Uuid {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let [a, b, c, d] = run.to_be_bytes();
    let [.., e, f] = publisher.to_be_bytes();
    let [g, h, i, j] = number.to_be_bytes();
    Builder::from_unix_timestamp_millis(now.as_millis() as u64, &[a, b, e, f, c, d, g, h, i, j]).into_uuid()
}

#[inline]
pub(super) fn parse<'a>(run: &Run, payload: &'a [u8]) -> Frame<'a> {
    let Some(rest) = payload.strip_prefix(TYPE) else { return Frame::Other };
    if rest.starts_with(b"event\"") { event(run, payload) } else { other(rest) }
}

#[inline]
fn event<'a>(run: &Run, payload: &'a [u8]) -> Frame<'a> {
    let begin = &payload[..payload.len().min(SEQ_SEARCH_BYTES)];
    let Some(seq) = number_after(begin, b"\"seq\":") else { return Frame::Error };
    match find(run, payload, BYTES_AFTER_BODY) {
        Some((stamp, body)) => Frame::Message { seq: Some(seq), stamp, body },
        None => Frame::Event(seq),
    }
}

fn other(rest: &[u8]) -> Frame<'_> {
    match rest {
        _ if rest.starts_with(b"ack\"") => {
            number_after(rest, b"\"ref\":").map_or(Frame::Error, |number| Frame::Ack(number as u32))
        }
        _ if rest.starts_with(b"subscribed\"") => {
            number_after(rest, b"\"head\":").map_or(Frame::Error, |head| Frame::Subscribed { head })
        }
        _ if rest.starts_with(b"welcome\"") => Frame::Welcome,
        _ if rest.starts_with(b"ping\"") => digits_after(rest, b"\"n\":").map_or(Frame::Error, Frame::Ping),
        _ if rest.starts_with(b"error\"") || rest.starts_with(b"drain\"") => Frame::Error,
        _ => Frame::Other,
    }
}

/// Encodes the answer to a ping.
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
    fn an_event_is_parsed_wherever_its_body_is() {
        let run = Run::new(7);
        let body = run.body(STAMP, 15);
        for behind in ["", r#","html":"<p>no</p>""#] {
            let parsed = Frame::Message { seq: Some(43), stamp: STAMP, body: &body };
            assert_eq!(parse(&run, &frame(&body, behind)), parsed);
        }
        assert_eq!(parse(&Run::new(8), &frame(&body, "")), Frame::Event(43));
        assert_eq!(parse(&run, &frame(b"hello", "")), Frame::Event(43));
    }

    #[test]
    fn the_other_frames_are_known_by_their_type() {
        let run = Run::new(7);
        let parsed = |text: &'static str| parse(&run, text.as_bytes());
        assert_eq!(
            parsed(r#"{"type":"ack","ref":4,"draft":"5b2f","topic":"lobby","seq":43}"#),
            Frame::Ack(4)
        );
        assert_eq!(parsed(r#"{"type":"welcome","connection":"019a"}"#), Frame::Welcome);
        assert_eq!(parsed(r#"{"type":"ping","n":70}"#), Frame::Ping("70"));
        assert_eq!(parsed(r#"{"type":"error","code":"rate"}"#), Frame::Error);
        assert_eq!(parsed(r#"{"type":"presence","topic":"lobby","here":3}"#), Frame::Other);
        let subscribed =
            r#"{"type":"subscribed","ref":2,"topic":"lobby","epoch":"77ed","head":43,"mode":"tail"}"#;
        assert_eq!(parsed(subscribed), Frame::Subscribed { head: 43 });
        assert_eq!(super::super::epoch(subscribed.as_bytes()), Some("77ed"));
    }

    #[test]
    fn requests_are_valid_json_with_a_unique_draft() {
        let run = Run::new(7);
        let mut out = Vec::new();
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
