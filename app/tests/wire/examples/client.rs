//! Examples of frames from a client.

use app::protocol::{
    AboutChange, AboutFields, ClientFrame, Follow, HistoryRange, PROTOCOL_VERSION, Position,
};

use super::{about, draft, emoji, epoch, event, lobby, name};

/// The name of an example: two of one type have different names.
pub(crate) fn name_of(frame: &ClientFrame) -> &'static str {
    match frame {
        ClientFrame::Read { unread: true, .. } => "read_unread",
        ClientFrame::Follow { favourite: Some(_), .. } => "follow_favourite",
        _ => type_of(frame),
    }
}

/// No wildcard: a new frame does not compile before it has a name, and then an example.
pub(crate) fn type_of(frame: &ClientFrame) -> &'static str {
    match frame {
        ClientFrame::Hello { .. } => "hello",
        ClientFrame::Rename { .. } => "rename",
        ClientFrame::Subscribe { .. } => "subscribe",
        ClientFrame::Unsubscribe { .. } => "unsubscribe",
        ClientFrame::Publish { .. } => "publish",
        ClientFrame::Edit { .. } => "edit",
        ClientFrame::Delete { .. } => "delete",
        ClientFrame::React { .. } => "react",
        ClientFrame::CreateTopic { .. } => "create_topic",
        ClientFrame::Describe { .. } => "describe",
        ClientFrame::Topics { .. } => "topics",
        ClientFrame::Members { .. } => "members",
        ClientFrame::Follow { .. } => "follow",
        ClientFrame::Read { .. } => "read",
        ClientFrame::Typing { .. } => "typing",
        ClientFrame::Search { .. } => "search",
        ClientFrame::History { .. } => "history",
        ClientFrame::Pong { .. } => "pong",
    }
}

pub(crate) fn examples() -> Vec<ClientFrame> {
    [requests(), actions()].concat()
}

fn requests() -> Vec<ClientFrame> {
    let since = Some(Position { epoch: epoch(), seq: 42, draft: Some(draft()), at: Some(event().at) });
    vec![
        ClientFrame::Hello { version: PROTOCOL_VERSION, name: Some(name()) },
        ClientFrame::Rename { reference: 1, name: name() },
        ClientFrame::Subscribe { reference: 2, topic: lobby(), since, tail: 50, echo: false },
        ClientFrame::Unsubscribe { reference: 3, topic: lobby() },
        ClientFrame::History { reference: 8, topic: lobby(), span: HistoryRange::Before(46), limit: 30 },
        ClientFrame::Topics { reference: 11, query: "lob".to_owned(), skip: 30, limit: 30 },
        ClientFrame::Members { reference: 12, topic: lobby() },
        ClientFrame::Follow { reference: 13, topic: lobby(), follow: Follow::Following, favourite: None },
        ClientFrame::Follow {
            reference: 13,
            topic: lobby(),
            follow: Follow::Following,
            favourite: Some(true),
        },
        ClientFrame::Read { topic: lobby(), seq: 43, unread: false },
        ClientFrame::Read { topic: lobby(), seq: 41, unread: true },
        ClientFrame::Typing { topic: lobby() },
        ClientFrame::Search {
            reference: 14,
            query: "hello from:ann after:2026-11-01".to_owned(),
            topic: Some(lobby()),
            after: Some("43".to_owned()),
            offsets: vec![60],
            limit: 30,
        },
        ClientFrame::Pong { n: 7 },
    ]
}

/// The frames that append an event.
fn actions() -> Vec<ClientFrame> {
    vec![
        ClientFrame::Publish {
            reference: 4,
            topic: lobby(),
            draft: draft(),
            body: "Hello, everyone".to_owned(),
            reply_to: Some(41),
        },
        ClientFrame::Edit {
            reference: 5,
            topic: lobby(),
            draft: draft(),
            message: 43,
            revision: 43,
            body: "Hello, all".to_owned(),
        },
        ClientFrame::Delete { reference: 6, topic: lobby(), draft: draft(), message: 43, revision: 44 },
        ClientFrame::React {
            reference: 7,
            topic: lobby(),
            draft: draft(),
            message: 43,
            emoji: emoji(),
            on: true,
        },
        ClientFrame::CreateTopic { reference: 9, topic: lobby(), draft: draft(), about: about() },
        ClientFrame::Describe {
            reference: 10,
            topic: lobby(),
            draft: draft(),
            change: AboutChange { about: about(), part: AboutFields::Both },
        },
    ]
}
