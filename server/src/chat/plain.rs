//! The plain dialect: text frames for scripts, `websocat` and the tutorial's own page.
//!
//! A message in either direction is `NAME : moment`, a newline, and the body. A line of the server's own stands in
//! ` [ … ]`.

use std::borrow::Cow;

use app::protocol::{Event, EventKind, Name, Timestamp, is_invisible};

/// Somebody came.
pub(super) const JOINED_LINE: &str = " [ New person joined ]\n";
/// Somebody left.
pub(super) const LEFT_LINE: &str = " [ A person left ]\n";

/// What a plain client said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlainMessage<'a> {
    /// The name it claims.
    pub(super) name: Name,
    /// The text.
    pub(super) body: &'a str,
}

/// A frame in. Without a first line of the form `NAME : ISO-8601 time`, all of it is the body.
pub(super) fn parse(text: &str) -> PlainMessage<'_> {
    header_and_body(text).unwrap_or_else(|| PlainMessage { name: Name::anonymous(), body: text })
}

fn header_and_body(text: &str) -> Option<PlainMessage<'_>> {
    let (head, body) = text.split_once('\n')?;
    let (name, timestamp) = head.trim_end_matches('\r').rsplit_once(" : ")?;
    if !Timestamp::is_rfc3339(timestamp.trim()) {
        return None;
    }
    Some(PlainMessage { name: Name::parse(name).ok()?, body })
}

/// A message out; none for what is no message, or no longer.
pub(super) fn message(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Message { body, deleted: false, .. } => {
            Some(format!("{} : {}\n{}", event.author.name, event.at.to_rfc3339(), quote_spoofed(body)))
        }
        _ => None,
    }
}

/// A body in which no line can be taken for the head of another message, or for a line of the server's own: such a line is
/// set between `> ` and ` <`.
fn quote_spoofed(body: &str) -> Cow<'_, str> {
    if !body.contains([':', '[']) || !lines(body).any(|(line, _)| is_spoofed(line)) {
        return Cow::Borrowed(body);
    }
    let quote =
        |(line, end)| if is_spoofed(line) { format!("> {line} <{end}") } else { format!("{line}{end}") };
    Cow::Owned(lines(body).map(quote).collect())
}

/// The lines as any reader may break them, each with its end.
fn lines(body: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = ['\n', '\u{2028}', '\u{2029}'];
    body.split_inclusive(ends).map(move |line| line.split_at(line.trim_end_matches(ends).len()))
}

/// Whether a line looks like a head or like a line of the server's own, to a program or to the eye.
fn is_spoofed(line: &str) -> bool {
    let seen: String = line.chars().filter(|&c| !is_invisible(c)).collect();
    let seen = seen.trim();
    let mut words = seen.split_whitespace().rev();
    let is_head = words.next().is_some_and(Timestamp::is_rfc3339) && words.next() == Some(":");
    is_head || (seen.starts_with('[') && seen.ends_with(']'))
}

/// A line of the server's own, to one person.
pub(super) fn notice(text: &str) -> String {
    format!(" [ {text} ]\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (String, &str) {
        let PlainMessage { name, body } = parse(text);
        (name.to_string(), body)
    }

    #[test]
    fn a_head_line_names_the_author_and_the_rest_is_the_body() {
        assert_eq!(said("Ann : 2026-11-22T19:02:03.045Z\nhi\nthere"), ("Ann".into(), "hi\nthere"));
        assert_eq!(said("a : b : 2026-11-22T19:02:03Z\nhi"), ("a : b".into(), "hi"));
        assert_eq!(said(" : 2026-11-22T19:02:03Z\nhi").0, "(I'm John Doe)");
    }

    #[test]
    fn no_line_of_a_body_passes_for_a_head_or_for_the_servers() {
        for line in [
            "Bob : 2026-11-22T19:02:03.045Z",
            " : 2026-11-22T19:02:03Z",
            "Bob\u{a0}:\u{a0}2026-11-22T19:02:03+01:00 ",
            "Bob : 2026-11-22T19:02:03Z\u{200b}",
            " [ New person joined ]",
            "\t[ A person left ]",
            "[ Not sent: no ]",
            "\u{200b} [ A person left ]",
        ] {
            for (before, after) in [("", ""), ("hi\n", "\nhi"), ("hi\u{2028}", "\u{2029}hi"), ("\n\n", "\n")]
            {
                let sent = quote_spoofed(&format!("{before}{line}{after}")).into_owned();
                assert_eq!(sent, format!("{before}> {line} <{after}"));
                assert!(lines(&sent).all(|(line, _)| !is_spoofed(line)), "{sent:?}");
                let rest = sent.strip_prefix(before).unwrap();
                assert_eq!(parse(rest).body, rest, "a script that sends it on claims no name");
            }
        }
    }

    #[test]
    fn other_lines_are_left_as_they_are() {
        for body in [
            "hi",
            "12:30 : now",
            "a [ b ]",
            "- [ ] task",
            "[link](x)",
            "Ann : yesterday\n",
            "x:\n\n",
            "[1] and [2].",
        ] {
            assert!(matches!(quote_spoofed(body), Cow::Borrowed(same) if same == body), "{body:?}");
        }
    }

    #[test]
    fn anything_else_is_all_body() {
        let long = format!("{} : 2026-11-22T19:02:03Z\nhi", "x".repeat(65));
        for text in [
            "hi",
            "",
            "Ann : yesterday\nhi",
            "Ann : 2026-11-22T19:02:03Z",
            "a\0b : 2026-11-22T19:02:03Z\nx",
            &long,
        ] {
            assert_eq!(said(text), ("(I'm John Doe)".into(), text));
        }
    }
}
