//! Things that tests of this crate talk about.

use crate::outbox::Draft;
use crate::protocol::{Author, DraftId, Epoch, Event, EventKind, Name, Timestamp, UserId};
use uuid::Uuid;

pub(crate) fn epoch(name: &str) -> Epoch {
    Epoch(name.to_owned())
}

pub(crate) fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
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
        kind: EventKind::Message { draft, body: format!("message {seq}") },
    }
}

/// Something that `user(7)` wants to say in the lobby.
pub(crate) fn draft(body: &str) -> Draft {
    Draft {
        id: DraftId::random(),
        topic: "lobby".parse().unwrap(),
        author: user(7),
        name: None,
        body: body.into(),
        place: 0,
        tried: false,
        refused: None,
    }
}
