//! Converts between rows and events; nothing else does.

use app::protocol::{
    AboutChange, Action, Author, DraftId, Emoji, Event, EventKind, Name, Person, Reactions, Timestamp,
    TopicName, UserId,
};
use sea_orm::Value;
use uuid::Uuid;

use crate::{
    event_log::{
        NewEvent,
        entity::{
            event::{Column, Model, kind},
            reaction,
        },
        fingerprint::Fingerprint,
    },
    markup,
};

pub(crate) fn event_of(topic: &TopicName, row: Model) -> Event {
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

fn kind_of(mut row: Model) -> EventKind {
    let draft = DraftId(row.draft);
    row.html = html_of(&mut row);
    let revision = row.revision.map(|seq| seq as u64);
    match (row.kind, row.message.map(|seq| seq as u64)) {
        (kind::MESSAGE | kind::TOMBSTONE, _) => EventKind::Message {
            draft,
            body: row.body,
            html: row.html,
            mentions: users_of(row.mentions.as_deref()),
            reply_to: row.reply_to.map(|seq| seq as u64),
            revision,
            deleted: row.kind == kind::TOMBSTONE,
            reactions: Vec::new(),
        },
        (kind::EDIT, Some(message)) => {
            let mentions = users_of(row.mentions.as_deref());
            let body = Some(row.body).filter(|body| !body.is_empty());
            EventKind::Edit { draft, message, body, html: row.html, mentions }
        }
        (kind::DELETION, Some(message)) => EventKind::Deletion { draft, message },
        (kind::REACTION | kind::NO_REACTION, Some(message)) => match emoji_of(row.body) {
            Some(emoji) => EventKind::Reaction { draft, message, emoji, on: row.kind == kind::REACTION },
            None => EventKind::Unknown,
        },
        (kind::ABOUT, _) => match serde_json::from_str(&row.body) {
            Ok(about) => EventKind::About { draft, about },
            Err(_) => EventKind::Unknown,
        },
        _ => EventKind::Unknown,
    }
}

/// Renders HTML of an earlier version anew on each read: no row has to be rewritten, and a page costs a few microseconds more
/// for each of its old messages.
fn html_of(row: &mut Model) -> Option<String> {
    let html = row.html.take();
    match row.kind {
        kind::MESSAGE | kind::EDIT if row.dialect != Some(markup::VERSION) => {
            markup::rerender(&row.body, html.as_deref())
        }
        _ => html,
    }
}

/// Names were parsed before they were stored, but the rules may have become stricter since.
fn name_of(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|_| Name::anonymous())
}

/// Returns the emoji of a stored reaction. Rows from before reactions were checked may contain other text; nobody can remove them, so
/// they are skipped, both as events and as reactions of a message.
pub(super) fn emoji_of(text: String) -> Option<Emoji> {
    let emoji = Emoji::try_from(text).ok()?;
    markup::normalize_reaction(&emoji).is_ok().then_some(emoji)
}

/// Returns the concatenated UUIDs of people, or `None` for nobody.
pub(super) fn bytes_of(users: &[UserId]) -> Option<Vec<u8>> {
    (!users.is_empty()).then(|| users.iter().flat_map(|user| *user.0.as_bytes()).collect())
}

fn users_of(bytes: Option<&[u8]>) -> Vec<UserId> {
    let uuids = bytes.unwrap_or_default().chunks_exact(16).filter_map(|bytes| Uuid::from_slice(bytes).ok());
    uuids.map(UserId).collect()
}

/// The columns of an event's row, in the order of [`row_values`].
pub(super) const COLUMNS: [Column; 17] = [
    Column::TopicId,
    Column::Seq,
    Column::At,
    Column::Kind,
    Column::Author,
    Column::AuthorName,
    Column::Unverified,
    Column::Draft,
    Column::Fingerprint,
    Column::Body,
    Column::Message,
    Column::Revision,
    Column::Messages,
    Column::ReplyTo,
    Column::Html,
    Column::Mentions,
    Column::Dialect,
];

/// The position at which an event is inserted.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowPosition {
    pub(super) topic_id: i64,
    pub(super) seq: i64,
    /// The number of messages in the topic up to and including this event.
    pub(super) messages: i64,
    pub(super) at: Timestamp,
}

pub(super) fn row_values(position: RowPosition, event: &NewEvent, fingerprint: &Fingerprint) -> [Value; 17] {
    let (kind, body, reply_to) = match &event.action {
        Action::Publish { body, reply_to } => (kind::MESSAGE, body.clone(), *reply_to),
        Action::Edit { body, .. } => (kind::EDIT, body.clone(), None),
        Action::Delete { .. } => (kind::DELETION, String::new(), None),
        Action::React { emoji, on: true, .. } => (kind::REACTION, emoji.to_string(), None),
        Action::React { emoji, on: false, .. } => (kind::NO_REACTION, emoji.to_string(), None),
        // Two strings always serialise.
        Action::Describe { change: AboutChange { about, .. }, .. } => {
            (kind::ABOUT, serde_json::to_string(about).unwrap_or_default(), None)
        }
    };
    [
        position.topic_id.into(),
        position.seq.into(),
        (position.at.0 as i64).into(),
        kind.into(),
        event.author.user.0.into(),
        event.author.name.as_str().into(),
        event.author.unverified.into(),
        event.draft.0.into(),
        fingerprint.to_vec().into(),
        body.into(),
        event.action.target().map(|seq| seq as i64).into(),
        None::<i64>.into(),
        position.messages.into(),
        reply_to.map(|seq| seq as i64).into(),
        event.rendered.html.clone().into(),
        bytes_of(&event.rendered.mentions).into(),
        markup::VERSION.into(),
    ]
}

/// Adds reactions, in the order in which they came, to their messages. The emoji are sorted, so that the result is the same as
/// in a client that applies the reactions one by one.
pub(super) fn attach_reactions(events: &mut [Event], rows: Vec<reaction::Model>) {
    for row in rows {
        let Some(emoji) = emoji_of(row.emoji) else { continue };
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
