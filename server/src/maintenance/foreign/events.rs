//! The events that a message of another chat becomes.

use app::protocol::{About, Emoji, Name};
use uuid::Uuid;

use super::{
    id::id_of,
    report::{EMPTY_MESSAGES, Report, SPLIT_MESSAGES},
    text::{MAX_BODY_BYTES, bodies},
};
use crate::{
    maintenance::ndjson::{EventLine, Kind},
    markup::{self, MentionedPerson},
};

/// A person of another chat. The id belongs to no session: nobody can edit the messages, or sign in as their author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForeignPerson {
    pub(super) user: Uuid,
    pub(super) name: Name,
}

/// A message as it was when it was exported.
#[derive(Debug, Clone)]
pub(super) struct ForeignMessage {
    /// Names the message in all chats of its kind, for ever.
    pub(super) key: String,
    /// Milliseconds since 1970, like all times.
    pub(super) at: i64,
    pub(super) author: ForeignPerson,
    /// The text in the Markdown of Chorus.
    pub(super) text: String,
    /// The people whom an `@` and their name in the text means.
    pub(super) mentions: Vec<ForeignPerson>,
    /// The key of the message that this one replies to.
    pub(super) reply_to: Option<String>,
    pub(super) edited_at: Option<i64>,
    pub(super) is_deleted: bool,
    pub(super) reactions: Vec<(Emoji, ForeignPerson)>,
}

/// A channel.
#[derive(Debug, Clone)]
pub(super) struct ForeignTopic {
    /// Names the channel in all chats of its kind, for ever.
    pub(super) key: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) created_at: i64,
    pub(super) creator: ForeignPerson,
}

/// An event whose `seq` is not known yet, so it names others by their drafts.
#[derive(Debug)]
pub(super) struct PlannedEvent {
    pub(super) line: EventLine,
    /// The draft of the message that it changes.
    pub(super) target: Option<Uuid>,
    /// The draft of the message that it replies to.
    pub(super) reply_to: Option<Uuid>,
}

/// A message and its changes, which are stored in one transaction. The first event is the message.
pub(super) type EventGroup = Vec<PlannedEvent>;

/// Returns the events of a message; none if it is empty.
pub(super) fn events_of(message: &ForeignMessage, report: &mut Report) -> Option<EventGroup> {
    let mut bodies = bodies(&message.text, MAX_BODY_BYTES);
    if message.is_deleted {
        bodies = vec![String::new()];
    }
    match bodies.len() {
        0 => report.note(EMPTY_MESSAGES),
        1 => {}
        _ => report.note(SPLIT_MESSAGES),
    }
    let parts: Vec<_> = bodies.into_iter().enumerate().collect();
    let mut events: Vec<_> = parts.iter().map(|(part, body)| publish(message, *part, body)).collect();
    events.extend(
        message.edited_at.iter().flat_map(|&at| parts.iter().map(move |part| edit(message, part, at))),
    );
    events.extend(message.is_deleted.then(|| deletion(message)));
    events.extend(message.reactions.iter().map(|(emoji, person)| reaction(message, emoji, person)));
    (!parts.is_empty()).then_some(events)
}

/// The first event of a topic. By its draft, a later import finds the topic whatever its name is.
pub(super) fn about_event(topic: &ForeignTopic, about: &About) -> EventLine {
    // Two strings always serialise.
    let body = serde_json::to_string(about).unwrap_or_default();
    EventLine { body, ..line(Kind::About, id_of(&topic.key), topic.created_at, &topic.creator) }
}

fn publish(message: &ForeignMessage, part: usize, body: &str) -> PlannedEvent {
    let line = line(Kind::Message, draft_of(&message.key, part), message.at, &message.author);
    let reply_to = message.reply_to.as_ref().filter(|_| part == 0).map(|key| draft_of(key, 0));
    PlannedEvent { line: with_text(line, message, body), target: None, reply_to }
}

fn edit(message: &ForeignMessage, (part, body): &(usize, String), at: i64) -> PlannedEvent {
    let target = draft_of(&message.key, *part);
    let draft = id_of(&format!("{target}:edit:{at}"));
    let line = line(Kind::Edit, draft, at, &message.author);
    PlannedEvent { line: with_text(line, message, body), target: Some(target), reply_to: None }
}

fn deletion(message: &ForeignMessage) -> PlannedEvent {
    let target = draft_of(&message.key, 0);
    let line = line(Kind::Deletion, id_of(&format!("{target}:deletion")), message.at, &message.author);
    PlannedEvent { line, target: Some(target), reply_to: None }
}

/// Exports have no times of reactions, so a reaction has that of its message.
fn reaction(message: &ForeignMessage, emoji: &Emoji, person: &ForeignPerson) -> PlannedEvent {
    let target = draft_of(&message.key, 0);
    let draft = id_of(&format!("{target}:reaction:{emoji}:{}", person.user));
    let line = EventLine { body: emoji.to_string(), ..line(Kind::Reaction, draft, message.at, person) };
    PlannedEvent { line, target: Some(target), reply_to: None }
}

/// Returns the draft of a message, or of a further part of a long one.
fn draft_of(key: &str, part: usize) -> Uuid {
    if part == 0 { id_of(key) } else { id_of(&format!("{key}:part:{part}")) }
}

/// The renderer decides which names are mentions: one in code is none.
fn with_text(line: EventLine, message: &ForeignMessage, body: &str) -> EventLine {
    let mentioned = |person: &ForeignPerson| MentionedPerson {
        user: app::protocol::UserId(person.user),
        name: person.name.to_string(),
    };
    let html = markup::render(body, &message.mentions.iter().map(mentioned).collect::<Vec<_>>());
    let is_rendered =
        |user: &Uuid| html.as_ref().is_some_and(|html| html.contains(&format!("data-user=\"{user}\"")));
    let mut mentions: Vec<Uuid> = message
        .mentions
        .iter()
        .map(|person| person.user)
        .filter(|user| *user != message.author.user)
        .collect();
    mentions.sort_unstable();
    mentions.dedup();
    mentions.retain(is_rendered);
    EventLine { body: body.to_owned(), html, mentions, ..line }
}

fn line(kind: Kind, draft: Uuid, at: i64, person: &ForeignPerson) -> EventLine {
    EventLine {
        topic: String::new(),
        seq: 0,
        at: at.max(0),
        kind,
        author: person.user,
        author_name: person.name.to_string(),
        unverified: false,
        draft,
        body: String::new(),
        html: None,
        mentions: Vec::new(),
        message: None,
        revision: None,
        reply_to: None,
    }
}

#[cfg(test)]
mod tests;
