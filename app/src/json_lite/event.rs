use serde_json::Value;

use super::{FromJson, from_fields, impl_enum_from_json, impl_from_json};
use crate::{
    model::timeline::LogSlice,
    protocol::{
        About, Author, Event, EventKind, Follow, Head, Membership, Person, Reactions, SearchHit, SnippetPart,
    },
};

impl_from_json! {
    Author { user, name, unverified }
    Person { user, name }
    Reactions { emoji, people }
    Head { topic, head, messages, title }
    SearchHit { event, snippet }
    SnippetPart { text, hit }
    LogSlice { from, to, head, events }
}

impl_enum_from_json! {
    Follow { "none" = None, "following" = Following, "muted" = Muted }
}

impl FromJson for Event {
    fn from_json(json: &Value) -> Option<Self> {
        let kind = FromJson::from_json(json)?;
        let topic = FromJson::from_json(&json["topic"])?;
        let seq = FromJson::from_json(&json["seq"])?;
        Some(Self {
            topic,
            seq,
            at: FromJson::from_json(&json["at"])?,
            author: FromJson::from_json(&json["author"])?,
            kind,
        })
    }
}

impl FromJson for EventKind {
    fn from_json(json: &Value) -> Option<Self> {
        Some(match json["kind"].as_str()? {
            "message" => {
                from_fields!(
                    json,
                    Self::Message { draft, body, html, mentions, reply_to, revision, deleted, reactions }
                )
            }
            "edit" => from_fields!(json, Self::Edit { draft, message, body, html, mentions }),
            "deletion" => from_fields!(json, Self::Deletion { draft, message }),
            "reaction" => from_fields!(json, Self::Reaction { draft, message, emoji, on }),
            "about" => {
                Self::About { draft: FromJson::from_json(&json["draft"])?, about: FromJson::from_json(json)? }
            }
            _ => Self::Unknown,
        })
    }
}

impl FromJson for Membership {
    fn from_json(json: &Value) -> Option<Self> {
        let title: Option<String> = FromJson::from_json(&json["title"])?;
        let topic = FromJson::from_json(&json["topic"])?;
        let epoch = FromJson::from_json(&json["epoch"])?;
        let follow = FromJson::from_json(&json["follow"])?;
        let number = |name: &str| json[name].as_u64();
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
            rewinds: number("rewinds"),
            favourite: json["favourite"] == true,
        })
    }
}

impl FromJson for About {
    fn from_json(json: &Value) -> Option<Self> {
        let text = |name: &str| json[name].as_str().unwrap_or_default();
        Self::parse(text("title"), text("description")).ok()
    }
}
