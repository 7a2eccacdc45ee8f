//! The plain dialect: text frames for scripts, `websocat` and the tutorial's own page.
//!
//! A message in either direction is `NAME : moment`, a newline, and the body. A line of the server's own stands in
//! ` [ … ]`.

use app::protocol::{Event, EventKind, Name, Timestamp};

/// Somebody came.
pub(super) const JOINED: &str = " [ New person joined ]\n";
/// Somebody left.
pub(super) const LEFT: &str = " [ A person left ]\n";

/// What a plain client said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said<'a> {
    /// The name it claims.
    pub(super) name: Name,
    /// The text.
    pub(super) body: &'a str,
}

/// A frame in. Without a first line of the form `NAME : ISO-8601 time`, all of it is the body.
pub(super) fn parse(text: &str) -> Said<'_> {
    head_and_body(text).unwrap_or_else(|| Said { name: Name::anonymous(), body: text })
}

fn head_and_body(text: &str) -> Option<Said<'_>> {
    let (head, body) = text.split_once('\n')?;
    let (name, moment) = head.trim_end_matches('\r').rsplit_once(" : ")?;
    if !Timestamp::is_rfc3339(moment.trim()) {
        return None;
    }
    Some(Said { name: Name::parse(name).ok()?, body })
}

/// A message out; none for what is no message, or no longer.
pub(super) fn message(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Message { body, deleted: false, .. } => {
            Some(format!("{} : {}\n{body}", event.author.name, event.at.to_rfc3339()))
        }
        _ => None,
    }
}

/// A line of the server's own, to one person.
pub(super) fn notice(text: &str) -> String {
    format!(" [ {text} ]\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (String, &str) {
        let Said { name, body } = parse(text);
        (name.to_string(), body)
    }

    #[test]
    fn a_head_line_names_the_author_and_the_rest_is_the_body() {
        assert_eq!(said("Ann : 2026-11-22T19:02:03.045Z\nhi\nthere"), ("Ann".into(), "hi\nthere"));
        assert_eq!(said("a : b : 2026-11-22T19:02:03Z\nhi"), ("a : b".into(), "hi"));
        assert_eq!(said(" : 2026-11-22T19:02:03Z\nhi").0, "(I'm John Doe)");
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
