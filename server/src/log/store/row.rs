//! Rows and events: one is made of the other here and nowhere else.

use app::protocol::{
    Author, DraftId, Emoji, Event, EventKind, Name, Person, Reactions, Timestamp, TopicName, UserId,
};
use sea_orm::ActiveValue::Set;

use crate::log::{
    NewEvent, What,
    entity::{
        event::{ActiveModel, Model, kind},
        reaction,
    },
    fingerprint::fingerprint,
};

pub(super) fn event_of(topic: &TopicName, row: Model) -> Event {
    Event {
        topic: topic.clone(),
        seq: row.seq as u64,
        at: Timestamp(row.at as u64),
        author: Author {
            user: UserId(row.author),
            name: name_of(&row.author_name),
            unverified: row.unverified,
        },
        kind: kind_of(row),
    }
}

fn kind_of(row: Model) -> EventKind {
    let draft = DraftId(row.draft);
    let revision = row.revision.map(|seq| seq as u64);
    match (row.kind, row.message.map(|seq| seq as u64)) {
        (kind::MESSAGE | kind::TOMBSTONE, _) => EventKind::Message {
            draft,
            body: row.body,
            revision,
            deleted: row.kind == kind::TOMBSTONE,
            reactions: Vec::new(),
        },
        (kind::EDIT, Some(message)) => {
            EventKind::Edit { draft, message, body: Some(row.body).filter(|body| !body.is_empty()) }
        }
        (kind::DELETION, Some(message)) => EventKind::Deletion { draft, message },
        (kind::REACTION | kind::NO_REACTION, Some(message)) => match Emoji::try_from(row.body) {
            Ok(emoji) => EventKind::Reaction { draft, message, emoji, on: row.kind == kind::REACTION },
            Err(_) => EventKind::Unknown,
        },
        _ => EventKind::Unknown,
    }
}

/// Names were parsed before they were stored; rules may have become stricter since.
fn name_of(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|_| Name::anonymous())
}

pub(super) fn row_of(topic_id: i64, seq: i64, at: Timestamp, event: &NewEvent) -> ActiveModel {
    let (kind, body, message) = match &event.what {
        What::Message { body } => (kind::MESSAGE, body.clone(), None),
        What::Edit { message, body, .. } => (kind::EDIT, body.clone(), Some(*message)),
        What::Deletion { message, .. } => (kind::DELETION, String::new(), Some(*message)),
        What::Reaction { message, emoji, on } => {
            (if *on { kind::REACTION } else { kind::NO_REACTION }, emoji.to_string(), Some(*message))
        }
    };
    ActiveModel {
        topic_id: Set(topic_id),
        seq: Set(seq),
        at: Set(at.0 as i64),
        kind: Set(kind),
        author: Set(event.author.user.0),
        author_name: Set(event.author.name.to_string()),
        unverified: Set(event.author.unverified),
        draft: Set(event.draft.0),
        fingerprint: Set(fingerprint(event)),
        body: Set(body),
        message: Set(message.map(|seq| seq as i64)),
        revision: Set(None),
    }
}

/// Puts reactions, in the order in which they came, into the messages that they are about; the emoji in their own order, as
/// everyone has them who hears of them one by one.
pub(super) fn attach(events: &mut [Event], rows: Vec<reaction::Model>) {
    for row in rows {
        let Ok(emoji) = Emoji::try_from(row.emoji) else { continue };
        let Ok(index) = events.binary_search_by_key(&(row.message as u64), |event| event.seq) else {
            continue;
        };
        let EventKind::Message { reactions, .. } = &mut events[index].kind else { continue };
        let person = Person { user: UserId(row.user), name: name_of(&row.name) };
        match reactions.iter_mut().find(|reactions| reactions.emoji == emoji) {
            Some(reactions) => reactions.people.push(person),
            None => {
                reactions.push(Reactions { emoji, people: vec![person] });
                reactions.sort_by(|a, b| a.emoji.cmp(&b.emoji));
            }
        }
    }
}
