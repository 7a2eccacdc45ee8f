//! Rows and events: one is made of the other here and nowhere else.

use app::protocol::{Author, DraftId, Event, EventKind, Name, Timestamp, TopicName, UserId};
use sea_orm::ActiveValue::Set;

use crate::log::{
    NewMessage,
    entity::event::{ActiveModel, MESSAGE, Model},
    fingerprint::fingerprint,
};

pub(super) fn event_of(topic: &TopicName, row: Model) -> Event {
    let kind = match row.kind {
        MESSAGE => EventKind::Message { draft: DraftId(row.draft), body: row.body },
        _ => EventKind::Unknown,
    };
    Event {
        topic: topic.clone(),
        seq: row.seq as u64,
        at: Timestamp(row.at as u64),
        author: Author {
            user: UserId(row.author),
            // Names were parsed before they were stored; rules may have become stricter since.
            name: Name::parse(&row.author_name).unwrap_or_else(|_| Name::anonymous()),
            unverified: row.unverified,
        },
        kind,
    }
}

pub(super) fn row_of(topic_id: i64, seq: i64, at: Timestamp, message: &NewMessage) -> ActiveModel {
    ActiveModel {
        topic_id: Set(topic_id),
        seq: Set(seq),
        at: Set(at.0 as i64),
        kind: Set(MESSAGE),
        author: Set(message.author.user.0),
        author_name: Set(message.author.name.to_string()),
        unverified: Set(message.author.unverified),
        draft: Set(message.draft.0),
        fingerprint: Set(fingerprint(message)),
        body: Set(message.body.clone()),
    }
}

pub(super) fn event_of_message(seq: i64, at: Timestamp, message: NewMessage) -> Event {
    let NewMessage { topic, author, draft, body } = message;
    Event { topic, seq: seq as u64, at, author, kind: EventKind::Message { draft, body } }
}
