use serde_json::Value;

use super::{Read, fields, reads, words};
use crate::{
    model::timeline::LogSlice,
    protocol::{
        About, Author, Event, EventKind, Follow, Head, Membership, Person, Reactions, SearchHit, SnippetPart,
    },
};

reads! {
    Author { user, name, unverified }
    Person { user, name }
    Reactions { emoji, people }
    Head { topic, head, messages, title }
    SearchHit { event, snippet }
    SnippetPart { text, hit }
    LogSlice { from, to, head, events }
}

words! {
    Follow { "none" = None, "following" = Following, "muted" = Muted }
}

impl Read for Event {
    fn read(json: &Value) -> Option<Self> {
        let kind = Read::read(json)?;
        let (topic, seq) = (Read::read(&json["topic"])?, Read::read(&json["seq"])?);
        Some(Self { topic, seq, at: Read::read(&json["at"])?, author: Read::read(&json["author"])?, kind })
    }
}

impl Read for EventKind {
    fn read(json: &Value) -> Option<Self> {
        Some(match json["kind"].as_str()? {
            "message" => {
                fields!(
                    json,
                    Self::Message { draft, body, html, mentions, reply_to, revision, deleted, reactions }
                )
            }
            "edit" => fields!(json, Self::Edit { draft, message, body, html, mentions }),
            "deletion" => fields!(json, Self::Deletion { draft, message }),
            "reaction" => fields!(json, Self::Reaction { draft, message, emoji, on }),
            "about" => Self::About { draft: Read::read(&json["draft"])?, about: Read::read(json)? },
            _ => Self::Unknown,
        })
    }
}

impl Read for Membership {
    fn read(json: &Value) -> Option<Self> {
        let title: Option<String> = Read::read(&json["title"])?;
        let (topic, epoch) = (Read::read(&json["topic"])?, Read::read(&json["epoch"])?);
        let (follow, number) = (Read::read(&json["follow"])?, |name: &str| json[name].as_u64());
        Some(Self {
            topic,
            title: title.unwrap_or_default(),
            follow,
            epoch,
            head: number("head")?,
            messages: number("messages")?,
            read: number("read")?,
            seen: number("seen")?,
            mentions: number("mentions")?,
        })
    }
}

impl Read for About {
    fn read(json: &Value) -> Option<Self> {
        let text = |name: &str| json[name].as_str().unwrap_or_default();
        Self::parse(text("title"), text("description")).ok()
    }
}
