//! A message for tests of parts that take events and store none.

use app::protocol::{Author, DraftId, Event, EventKind, Name, Timestamp, UserId};

/// Returns a message of an anonymous person in the lobby.
pub(crate) fn lobby_message(seq: u64, draft: DraftId, body: &str) -> Event {
    Event {
        topic: "lobby".parse().unwrap(),
        seq,
        at: Timestamp(0),
        author: Author { user: UserId::fresh(), name: Name::anonymous(), unverified: false },
        kind: EventKind::message(draft, body.to_owned()),
    }
}
