//! Events and memberships for tests of this crate.

use uuid::Uuid;

use super::{Author, DraftId, Emoji, Epoch, Event, EventKind, Follow, Membership, Name, Timestamp, UserId};

pub(crate) fn epoch(name: &str) -> Epoch {
    Epoch(name.to_owned())
}

pub(crate) fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

/// A membership in an empty topic.
pub(crate) fn membership(topic: &str, follow: Follow) -> Membership {
    Membership::empty(topic.parse().unwrap(), epoch("a"), follow)
}

pub(crate) fn message(seq: u64) -> Event {
    message_of(seq, user(1), DraftId(Uuid::from_u128(seq.into())))
}

pub(crate) fn message_of(seq: u64, user: UserId, draft: DraftId) -> Event {
    Event {
        topic: "lobby".parse().unwrap(),
        seq,
        at: Timestamp(1_795_374_000_000 + seq),
        author: Author { user, name: Name::parse("Ann").unwrap(), unverified: false },
        kind: EventKind::message(draft, format!("message {seq}")),
    }
}

fn draft_id(seq: u64) -> DraftId {
    DraftId(Uuid::from_u128(seq.into()))
}

pub(crate) fn edit(seq: u64, message: u64, body: Option<&str>) -> Event {
    let kind = EventKind::Edit {
        draft: draft_id(seq),
        message,
        body: body.map(str::to_owned),
        html: None,
        mentions: Vec::new(),
    };
    Event { kind, ..self::message(seq) }
}

pub(crate) fn deletion(seq: u64, message: u64) -> Event {
    Event { kind: EventKind::Deletion { draft: draft_id(seq), message }, ..self::message(seq) }
}

pub(crate) fn reaction(seq: u64, message: u64, by: u128, on: bool) -> Event {
    reaction_with("👍", seq, message, by, on)
}

pub(crate) fn reaction_with(emoji: &str, seq: u64, message: u64, by: u128, on: bool) -> Event {
    let emoji = Emoji::try_from(emoji.to_owned()).unwrap();
    let kind = EventKind::Reaction { draft: draft_id(seq), message, emoji, on };
    Event { kind, ..message_of(seq, user(by), draft_id(seq)) }
}
