//! What a server says.

use app::protocol::{
    Author, ErrorCode, Event, EventKind, LimitsFrame, Mode, Name, Person, Reactions, ServerFrame, Timestamp,
};

use super::{ann, connection, draft, emoji, epoch, event, lobby, name};

pub(crate) const TYPES: [&str; 11] = [
    "welcome",
    "renamed",
    "subscribed",
    "unsubscribed",
    "event",
    "history",
    "ack",
    "error",
    "presence",
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
        ServerFrame::Ping { .. } => "ping",
        ServerFrame::Drain { .. } => "drain",
        ServerFrame::Unknown => panic!("nobody sends this"),
    }
}

pub(crate) fn examples() -> Vec<(&'static str, ServerFrame)> {
    let limits = LimitsFrame { frame_bytes: 65_536, body_bytes: 16_384, name_chars: 64, subscriptions: 64 };
    let now = Timestamp(1_795_374_100_000);
    let subscribed = |mode, events: Vec<Event>, head, more| ServerFrame::Subscribed {
        reference: 2,
        topic: lobby(),
        epoch: epoch(),
        head,
        mode,
        events,
        more,
    };
    let plain = Event { author: Author { unverified: true, ..event().author }, ..event() };
    let ack =
        |duplicate| ServerFrame::Ack { reference: 4, draft: draft(), topic: lobby(), seq: 43, duplicate };
    let bob = Name::parse("Bob").unwrap();
    vec![
        (
            "welcome",
            ServerFrame::Welcome {
                connection: connection(),
                user: ann(),
                name: name(),
                now,
                ping_seconds: 25,
                limits,
            },
        ),
        ("renamed", ServerFrame::Renamed { reference: 1, name: name() }),
        ("subscribed_tail", subscribed(Mode::Tail, vec![event()], 43, true)),
        ("subscribed_resume", subscribed(Mode::Resume, Vec::new(), 42, false)),
        ("subscribed_reset", subscribed(Mode::Reset, Vec::new(), 0, false)),
        ("unsubscribed", ServerFrame::Unsubscribed { reference: 3, topic: lobby() }),
        ("event", ServerFrame::Event(event())),
        ("event_unverified", ServerFrame::Event(plain)),
        ("event_edit", event_of(44, edit(Some("Hello, all")))),
        ("event_edit_replaced", event_of(44, edit(None))),
        ("event_deletion", event_of(45, EventKind::Deletion { draft: draft(), message: 43 })),
        (
            "event_reaction",
            event_of(46, EventKind::Reaction { draft: draft(), message: 43, emoji: emoji(), on: true }),
        ),
        (
            "history_page",
            ServerFrame::History {
                reference: 8,
                topic: lobby(),
                epoch: epoch(),
                head: 46,
                from: 43,
                to: 45,
                events: vec![changed("Hello, all", false, people())],
            },
        ),
        ("event_changed", ServerFrame::Event(changed("Hello, all", false, people()))),
        ("event_deleted", ServerFrame::Event(changed("", true, Vec::new()))),
        ("ack", ack(false)),
        ("ack_duplicate", ack(true)),
        ("error", error(Some(4), ErrorCode::TooLarge, "the text is too long: at most 16384 bytes", None)),
        ("error_rate", error(Some(5), ErrorCode::Rate, "too many frames; slow down", Some(50))),
        (
            "error_unread",
            error(None, ErrorCode::UnknownType, "this server does not know frames of this type", None),
        ),
        (
            "presence",
            ServerFrame::Presence { topic: lobby(), here: 3, joined: vec![name()], left: vec![bob] },
        ),
        ("ping", ServerFrame::Ping { n: 7 }),
        ("drain", ServerFrame::Drain { within_ms: 10_000 }),
    ]
}

fn event_of(seq: u64, kind: EventKind) -> ServerFrame {
    ServerFrame::Event(Event { seq, kind, ..event() })
}

fn edit(body: Option<&str>) -> EventKind {
    EventKind::Edit { draft: draft(), message: 43, body: body.map(str::to_owned) }
}

fn people() -> Vec<Reactions> {
    vec![Reactions { emoji: emoji(), people: vec![Person { user: ann(), name: name() }] }]
}

/// The message as it stands later.
fn changed(body: &str, deleted: bool, reactions: Vec<Reactions>) -> Event {
    let revision = Some(if deleted { 45 } else { 44 });
    let kind = EventKind::Message { draft: draft(), body: body.to_owned(), revision, deleted, reactions };
    Event { kind, ..event() }
}

fn error(reference: Option<u64>, code: ErrorCode, message: &str, retry_ms: Option<u64>) -> ServerFrame {
    ServerFrame::Error { reference, code, message: message.to_owned(), retry_ms }
}
