//! One example of each frame, in one small story: Ann writes to the lobby.

pub(crate) mod client;
pub(crate) mod server;

use app::protocol::{
    About, Author, ConnectionId, DraftId, Emoji, Epoch, Event, EventKind, Name, Timestamp, TopicName, UserId,
};
use uuid::Uuid;

fn uuid(text: &str) -> Uuid {
    text.parse().unwrap()
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId(uuid("019a2b1c-7d40-7c3e-9b1a-5f2e8d4c6a01"))
}

pub(crate) fn ann() -> UserId {
    UserId(uuid("019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4d"))
}

pub(crate) fn draft() -> DraftId {
    DraftId(uuid("5b2f9c1e-3d4a-4f6b-8a7c-1e2d3c4b5a69"))
}

pub(crate) fn name() -> Name {
    Name::parse("Ann").unwrap()
}

pub(crate) fn lobby() -> TopicName {
    "lobby".parse().unwrap()
}

pub(crate) fn epoch() -> Epoch {
    Epoch("77ed741982c5c979".to_owned())
}

pub(crate) fn event() -> Event {
    Event {
        topic: lobby(),
        seq: 43,
        at: Timestamp(1_795_374_123_045),
        author: Author { user: ann(), name: name(), unverified: false },
        kind: EventKind::message(draft(), "Hello, everyone".to_owned()),
    }
}

pub(crate) fn about() -> About {
    About::parse("The lobby", "Where everyone comes in.").unwrap()
}

pub(crate) fn emoji() -> Emoji {
    Emoji::try_from("👍".to_owned()).unwrap()
}
