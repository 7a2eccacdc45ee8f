//! Frames about the connection: its greeting, its answers and its end.

use app::protocol::{ErrorCode, ServerFrame, Timestamp, WelcomeLimits};

use super::{Example, people::membership};
use crate::examples::{ann, connection, draft, lobby, name};

pub(super) fn examples() -> Vec<Example> {
    let limits = WelcomeLimits { frame_bytes: 65_536, body_bytes: 16_384, name_chars: 64, subscriptions: 64 };
    let now = Timestamp(1_795_374_100_000);
    let ack =
        |duplicate| ServerFrame::Ack { reference: 4, draft: draft(), topic: lobby(), seq: 43, duplicate };
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
                topics: vec![membership()],
            },
        ),
        ("renamed", ServerFrame::Renamed { reference: 1, name: name() }),
        ("ack", ack(false)),
        ("ack_duplicate", ack(true)),
        ("error", error(Some(4), ErrorCode::TooLarge, "the text is too long: at most 16384 bytes", None)),
        ("error_rate", error(Some(5), ErrorCode::Rate, "too many frames; slow down", Some(50))),
        (
            "error_unread",
            error(None, ErrorCode::UnknownType, "this server does not know frames of this type", None),
        ),
        ("ping", ServerFrame::Ping { n: 7 }),
        ("drain", ServerFrame::Drain { within_ms: 10_000 }),
    ]
}

fn error(reference: Option<u64>, code: ErrorCode, message: &str, retry_ms: Option<u64>) -> ServerFrame {
    ServerFrame::Error { reference, code, message: message.to_owned(), retry_ms }
}
