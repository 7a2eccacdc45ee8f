//! The plain dialect: text frames for scripts, `websocat` and the page of the tutorial that Chorus grew from.
//!
//! A message in either direction is `NAME : timestamp`, a newline, and the body. Lines of the server stand in ` [ … ]`.

use std::borrow::Cow;

use app::protocol::{Event, EventKind, Name, Timestamp, is_invisible};

pub(super) const JOINED_LINE: &str = " [ New person joined ]\n";
pub(super) const LEFT_LINE: &str = " [ A person left ]\n";

/// A message from a plain client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlainMessage<'a> {
    /// The name that the client claims.
    pub(super) name: Name,
    pub(super) body: &'a str,
}

/// Parses a frame. Without a first line of the form `NAME : ISO-8601 time`, all of it is the body.
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

/// Formats an event. Returns `None` for a deleted message and for anything but a message.
pub(super) fn message(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Message { body, deleted: false, .. } => Some(format!(
            "{} : {}\n{}",
            event.author.name,
            event.at.to_rfc3339(),
            quote_misleading_lines(body)
        )),
        _ => None,
    }
}

/// Quotes the lines of a body that could pass for the header of another message or for a line of the server: each is
/// set between `> ` and ` <`.
fn quote_misleading_lines(body: &str) -> Cow<'_, str> {
    if !body.contains([':', '[']) || !lines(body).any(|(line, _)| is_header_or_notice(line)) {
        return Cow::Borrowed(body);
    }
    let quote = |(line, end)| {
        if is_header_or_notice(line) { format!("> {line} <{end}") } else { format!("{line}{end}") }
    };
    Cow::Owned(lines(body).map(quote).collect())
}

/// Splits a body into its lines and their ends, by every separator that a reader may use.
fn lines(body: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = ['\n', '\u{2028}', '\u{2029}'];
    body.split_inclusive(ends).map(move |line| line.split_at(line.trim_end_matches(ends).len()))
}

/// Whether a line looks like a header or like a line of the server, to a program or to a human.
fn is_header_or_notice(line: &str) -> bool {
    let visible: String = line.chars().filter(|&c| !is_invisible(c)).collect();
    let visible = visible.trim();
    let mut words = visible.split_whitespace().rev();
    let is_head = words.next().is_some_and(Timestamp::is_rfc3339) && words.next() == Some(":");
    is_head || (visible.starts_with('[') && visible.ends_with(']'))
}

/// Formats a line of the server.
pub(super) fn notice(text: &str) -> String {
    format!(" [ {text} ]\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, &str) {
        let PlainMessage { name, body } = parse(text);
        (name.to_string(), body)
    }

    #[test]
    fn a_header_names_the_author_and_the_rest_is_the_body() {
        assert_eq!(parsed("Ann : 2026-11-22T19:02:03.045Z\nhi\nthere"), ("Ann".into(), "hi\nthere"));
        assert_eq!(parsed("a : b : 2026-11-22T19:02:03Z\nhi"), ("a : b".into(), "hi"));
        assert_eq!(parsed(" : 2026-11-22T19:02:03Z\nhi").0, "(I'm John Doe)");
    }

    #[test]
    fn no_line_of_a_body_passes_for_a_header_or_a_line_of_the_server() {
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
                let sent = quote_misleading_lines(&format!("{before}{line}{after}")).into_owned();
                assert_eq!(sent, format!("{before}> {line} <{after}"));
                assert!(lines(&sent).all(|(line, _)| !is_header_or_notice(line)), "{sent:?}");
                let rest = sent.strip_prefix(before).unwrap();
                assert_eq!(parse(rest).body, rest, "a script that forwards the message claims no name");
            }
        }
    }

    #[test]
    fn other_lines_are_unchanged() {
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
            assert!(matches!(quote_misleading_lines(body), Cow::Borrowed(same) if same == body), "{body:?}");
        }
    }

    #[test]
    fn a_text_without_a_header_is_all_body() {
        let long = format!("{} : 2026-11-22T19:02:03Z\nhi", "x".repeat(65));
        for text in [
            "hi",
            "",
            "Ann : yesterday\nhi",
            "Ann : 2026-11-22T19:02:03Z",
            "a\0b : 2026-11-22T19:02:03Z\nx",
            &long,
        ] {
            assert_eq!(parsed(text), ("(I'm John Doe)".into(), text));
        }
    }
}
