//! Examples of frames from the server.

mod connection;
mod event;
mod people;
mod subscription;
mod topic;

use app::protocol::{Event, EventKind, ServerFrame};

/// A frame, and the name of its snapshot.
pub(crate) type Example = (&'static str, ServerFrame);

pub(crate) const TYPES: [&str; 17] = [
    "welcome",
    "renamed",
    "subscribed",
    "unsubscribed",
    "event",
    "history",
    "ack",
    "error",
    "presence",
    "topics",
    "members",
    "membership",
    "heads",
    "typing",
    "found",
    "ping",
    "drain",
];

/// No wildcard: a new frame does not compile before it has a type, and then an example.
pub(crate) fn type_of(frame: &ServerFrame) -> &'static str {
    match frame {
        ServerFrame::Welcome { .. } => "welcome",
        ServerFrame::Renamed { .. } => "renamed",
        ServerFrame::Subscribed { .. } => "subscribed",
        ServerFrame::Unsubscribed { .. } => "unsubscribed",
        ServerFrame::Event(_) => "event",
        ServerFrame::History { .. } => "history",
        ServerFrame::Ack { .. } => "ack",
        ServerFrame::Error { .. } => "error",
        ServerFrame::Presence { .. } => "presence",
        ServerFrame::Topics { .. } => "topics",
        ServerFrame::Members { .. } => "members",
        ServerFrame::Membership { .. } => "membership",
        ServerFrame::Heads { .. } => "heads",
        ServerFrame::Typing { .. } => "typing",
        ServerFrame::Found { .. } => "found",
        ServerFrame::Ping { .. } => "ping",
        ServerFrame::Drain { .. } => "drain",
        ServerFrame::Unknown => panic!("nobody sends this"),
    }
}

/// The names that [`kind_of`] can return; an example of each is asked for.
pub(crate) const KINDS: [&str; 5] = ["message", "edit", "deletion", "reaction", "about"];

/// No wildcard, as in [`type_of`].
pub(crate) fn kind_of(event: &Event) -> &'static str {
    match event.kind {
        EventKind::Message { .. } => "message",
        EventKind::Edit { .. } => "edit",
        EventKind::Deletion { .. } => "deletion",
        EventKind::Reaction { .. } => "reaction",
        EventKind::About { .. } => "about",
        EventKind::Unknown => panic!("nobody sends this"),
    }
}

pub(crate) fn examples() -> Vec<Example> {
    let groups = [
        connection::examples(),
        subscription::examples(),
        event::examples(),
        people::examples(),
        topic::examples(),
    ];
    groups.into_iter().flatten().collect()
}
