//! What a client says.

use app::protocol::{ClientFrame, Position, VERSION};

use super::{draft, epoch, lobby, name};

pub(crate) const NAMES: [&str; 6] = ["hello", "rename", "subscribe", "unsubscribe", "publish", "pong"];

/// No wildcard: a new frame does not compile before it has a name, and then an example.
pub(crate) fn name_of(frame: &ClientFrame) -> &'static str {
    match frame {
        ClientFrame::Hello { .. } => "hello",
        ClientFrame::Rename { .. } => "rename",
        ClientFrame::Subscribe { .. } => "subscribe",
        ClientFrame::Unsubscribe { .. } => "unsubscribe",
        ClientFrame::Publish { .. } => "publish",
        ClientFrame::Pong { .. } => "pong",
    }
}

pub(crate) fn examples() -> Vec<ClientFrame> {
    let since = Some(Position { epoch: epoch(), seq: 42 });
    vec![
        ClientFrame::Hello { version: VERSION, name: Some(name()) },
        ClientFrame::Rename { reference: 1, name: name() },
        ClientFrame::Subscribe { reference: 2, topic: lobby(), since, tail: 50, echo: false },
        ClientFrame::Unsubscribe { reference: 3, topic: lobby() },
        ClientFrame::Publish {
            reference: 4,
            topic: lobby(),
            draft: draft(),
            body: "Hello, everyone".to_owned(),
        },
        ClientFrame::Pong { n: 7 },
    ]
}
