//! What a server says.

use app::protocol::{Author, ErrorCode, Event, LimitsFrame, Mode, Name, ServerFrame, Timestamp};

use super::{ann, connection, draft, epoch, event, lobby, name};

pub(crate) const TYPES: [&str; 10] = [
    "welcome",
    "renamed",
    "subscribed",
    "unsubscribed",
    "event",
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

fn error(reference: Option<u64>, code: ErrorCode, message: &str, retry_ms: Option<u64>) -> ServerFrame {
    ServerFrame::Error { reference, code, message: message.to_owned(), retry_ms }
}
