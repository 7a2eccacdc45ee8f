//! The lines of an export.

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    event_log::entity::event::{Model, kind},
    markup,
};

/// The version of this format.
pub(super) const FORMAT: u32 = 1;

/// The longest body that is imported.
const MAX_BODY_BYTES: usize = 1 << 20;
const MAX_EPOCH_BYTES: usize = 64;

/// Errors: this is no epoch of a server.
pub(super) fn check_epoch(epoch: &str) -> anyhow::Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || byte == b'-';
    ensure!(
        (1..=MAX_EPOCH_BYTES).contains(&epoch.len()) && epoch.bytes().all(is_plain),
        "the epoch {epoch:?} is none of Chorus"
    );
    Ok(())
}

/// A line. The first one is the header, and the last one the end. The events of a topic follow it in the order of `seq`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Line {
    Header {
        format: u32,
        /// The epoch of new topics.
        epoch: String,
    },
    Topic(TopicLine),
    Event(Box<EventLine>),
    End {
        /// Missing if the export was written to standard output in parts.
        #[serde(flatten)]
        counts: Option<LineCounts>,
    },
}

/// The numbers of lines about topics and events.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineCounts {
    pub(super) topics: u64,
    pub(super) events: u64,
}

impl LineCounts {
    pub(super) fn add(&mut self, line: &Line) {
        match line {
            Line::Topic(_) => self.topics += 1,
            Line::Event(_) => self.events += 1,
            Line::Header { .. } | Line::End { .. } => {}
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TopicLine {
    pub(super) topic: String,
    pub(super) epoch: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    /// Milliseconds since 1970, like all times.
    pub(super) created_at: i64,
}

/// An event as it is stored: a message has its current text.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::maintenance) struct EventLine {
    pub(in crate::maintenance) topic: String,
    pub(in crate::maintenance) seq: i64,
    pub(in crate::maintenance) at: i64,
    pub(in crate::maintenance) kind: Kind,
    pub(in crate::maintenance) author: Uuid,
    pub(in crate::maintenance) author_name: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::maintenance) unverified: bool,
    pub(in crate::maintenance) draft: Uuid,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::maintenance) body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::maintenance) html: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::maintenance) mentions: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::maintenance) message: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::maintenance) revision: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::maintenance) reply_to: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::maintenance) enum Kind {
    Message,
    /// A message that its author deleted.
    DeletedMessage,
    Edit,
    Deletion,
    Reaction,
    RemovedReaction,
    About,
}

/// Each kind and its number in the table.
const KINDS: [(Kind, i16); 7] = [
    (Kind::Message, kind::MESSAGE),
    (Kind::DeletedMessage, kind::TOMBSTONE),
    (Kind::Edit, kind::EDIT),
    (Kind::Deletion, kind::DELETION),
    (Kind::Reaction, kind::REACTION),
    (Kind::RemovedReaction, kind::NO_REACTION),
    (Kind::About, kind::ABOUT),
];

impl Kind {
    /// Returns `None` for a kind of a later version.
    fn of(number: i16) -> Option<Self> {
        KINDS.iter().find(|(_, other)| *other == number).map(|(kind, _)| *kind)
    }

    fn number(self) -> i16 {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or(kind::MESSAGE, |(_, number)| *number)
    }

    pub(in crate::maintenance) fn is_message(self) -> bool {
        matches!(self, Self::Message | Self::DeletedMessage)
    }
}

impl EventLine {
    /// Errors: a value that no server stores.
    pub(in crate::maintenance) fn check(&self) -> anyhow::Result<()> {
        ensure!(self.seq > 0 && self.at >= 0, "the event has no seq or no time");
        ensure!(self.body.len() <= MAX_BODY_BYTES, "the body is longer than {MAX_BODY_BYTES} bytes");
        let is_earlier = |seq: i64| (1..self.seq).contains(&seq);
        ensure!(
            self.message.into_iter().chain(self.reply_to).all(is_earlier),
            "the event {} of {} is about a later one",
            self.seq,
            self.topic
        );
        Ok(())
    }

    /// Returns `None` for a kind of a later version.
    pub(in crate::maintenance) fn of(topic: &str, row: Model) -> Option<Self> {
        let kind = Kind::of(row.kind)?;
        let mentions = row.mentions.unwrap_or_default();
        Some(Self {
            topic: topic.to_owned(),
            seq: row.seq,
            at: row.at,
            kind,
            author: row.author,
            author_name: row.author_name,
            unverified: row.unverified,
            draft: row.draft,
            html: if has_text(kind) { markup::rerender(&row.body, row.html.as_deref()) } else { None },
            body: row.body,
            mentions: mentions.chunks_exact(16).filter_map(|bytes| Uuid::from_slice(bytes).ok()).collect(),
            message: row.message,
            revision: row.revision,
            reply_to: row.reply_to,
        })
    }

    /// Returns the row. Its HTML is rendered here: that of the file says whom a text mentions, and nothing else is taken from it.
    /// It has no fingerprint, so every later publish with its draft counts as a retry.
    pub(in crate::maintenance) fn row(&self, topic_id: i64, messages: i64) -> Model {
        Model {
            topic_id,
            seq: self.seq,
            at: self.at,
            kind: self.kind.number(),
            author: self.author,
            author_name: self.author_name.clone(),
            unverified: self.unverified,
            draft: self.draft,
            fingerprint: Vec::new(),
            body: self.body.clone(),
            message: self.message,
            revision: self.revision,
            messages,
            reply_to: self.reply_to,
            html: if has_text(self.kind) { markup::rerender(&self.body, self.html.as_deref()) } else { None },
            mentions: (!self.mentions.is_empty()).then(|| self.mentioned()),
            dialect: Some(markup::VERSION),
        }
    }

    fn mentioned(&self) -> Vec<u8> {
        self.mentions.iter().flat_map(|user| *user.as_bytes()).collect()
    }
}

fn has_text(kind: Kind) -> bool {
    matches!(kind, Kind::Message | Kind::Edit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_no_server_stores_are_refused() {
        let line = |change: &str| {
            let event = r#"{"topic":"lobby","seq":2,"at":5,"kind":"deletion","author_name":"Ann","message":1,
                "author":"0190b3a0-0000-7000-8000-000000000001","draft":"0190b3a0-0000-7000-8000-000000000002"}"#;
            let (name, _) = change.split_once(':').unwrap();
            let mut event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(event).unwrap();
            event.remove(name);
            event.insert(name.to_owned(), change[name.len() + 1..].parse().unwrap());
            serde_json::from_value::<EventLine>(event.into()).unwrap().check()
        };
        line("message:1").unwrap();
        for change in ["seq:0", "at:-1", "message:2", "message:0", "reply_to:3"] {
            assert!(line(change).is_err(), "{change}");
        }
        let long = |bytes: usize| line(&format!("body:\"{}\"", "a".repeat(bytes)));
        long(MAX_BODY_BYTES).unwrap();
        assert!(long(MAX_BODY_BYTES + 1).is_err());
        check_epoch("0011-aa").unwrap();
        check_epoch(&"a".repeat(MAX_EPOCH_BYTES)).unwrap();
        for epoch in ["", "A", "a b", "ä", &"a".repeat(MAX_EPOCH_BYTES + 1)] {
            assert!(check_epoch(epoch).is_err(), "{epoch}");
        }
    }

    #[test]
    fn each_kind_has_a_documented_name_and_a_number() {
        let (_, kinds) = include_str!("../../../../docs/OPERATIONS.md").split_once("\n`kind` is ").unwrap();
        let documented = kinds.lines().next().unwrap();
        for (kind, number) in KINDS {
            let name = serde_json::to_value(kind).unwrap();
            assert!(documented.contains(&format!("`{}`", name.as_str().unwrap())), "{kind:?}");
            assert_eq!((Kind::of(number), kind.number()), (Some(kind), number));
        }
    }

    #[test]
    fn the_end_has_the_numbers_of_lines_if_they_are_known() {
        let counts = Some(LineCounts { topics: 1, events: 2 });
        for (counts, text) in
            [(counts, r#"{"type":"end","topics":1,"events":2}"#), (None, r#"{"type":"end"}"#)]
        {
            assert_eq!(serde_json::to_string(&Line::End { counts }).unwrap(), text);
            let Line::End { counts: read } = serde_json::from_str(text).unwrap() else { panic!("{text}") };
            assert_eq!(read, counts);
        }
    }

    #[test]
    fn a_line_has_what_an_event_has_and_html_of_a_file_is_not_trusted() {
        let text = r#"{"type":"event","topic":"lobby","seq":1,"at":5,"kind":"message","author":"0190b3a0-0000-7000-8000-000000000001",
            "author_name":"Ann","draft":"0190b3a0-0000-7000-8000-000000000002","body":"*hi*","html":"<script>1</script>"}"#;
        let Ok(Line::Event(line)) = serde_json::from_str(text) else { panic!("no event") };
        let row = line.row(7, 1);
        assert_eq!((row.topic_id, row.seq, row.messages, row.kind), (7, 1, 1, kind::MESSAGE));
        let html = row.html.clone().unwrap();
        assert!(html.contains("<em>hi</em>") && !html.contains("script"), "{html}");
        let again = EventLine::of("lobby", row.clone()).unwrap();
        assert_eq!(again.row(7, 1), row);
        assert!(EventLine::of("lobby", Model { kind: 99, ..row }).is_none());
    }
}
