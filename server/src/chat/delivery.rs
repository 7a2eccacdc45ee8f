//! What the hub carries for the chat: encoded at most once a dialect, however many hear it.

use std::sync::OnceLock;

use app::protocol::{Event, Name, ServerFrame, TopicName, UserId};

use super::plain;
use crate::endpoint::Utf8Bytes;

/// A frame that knows itself in both dialects.
#[derive(Debug)]
pub struct Delivery {
    pub(super) what: What,
    v1: OnceLock<Utf8Bytes>,
    plain: OnceLock<Utf8Bytes>,
}

/// What is delivered.
#[derive(Debug)]
pub(super) enum What {
    /// An event of the log.
    Event(Event),
    /// People came and left: ephemeral.
    Presence(Change),
    /// The log may hold more than was told: no frame, but a reason to look.
    Doubt,
}

/// Who came to a topic and who left it lately, and how many are there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) topic: TopicName,
    pub(super) here: u64,
    pub(super) joined: Vec<(UserId, Name)>,
    pub(super) left: Vec<(UserId, Name)>,
}

/// Names that one presence frame carries each way at the most.
const NAMED: usize = 100;

impl Delivery {
    pub(super) fn event(event: Event) -> Self {
        Self::new(What::Event(event))
    }

    pub(super) fn presence(change: Change) -> Self {
        Self::new(What::Presence(change))
    }

    pub(super) fn doubt() -> Self {
        Self::new(What::Doubt)
    }

    fn new(what: What) -> Self {
        Self { what, v1: OnceLock::new(), plain: OnceLock::new() }
    }

    /// As a `chorus.v1` frame; empty when there is no word for it.
    pub(super) fn v1(&self) -> Utf8Bytes {
        let encoded = self.v1.get_or_init(|| match &self.what {
            What::Event(event) => encode(&ServerFrame::Event(event.clone())),
            What::Presence(change) => encode(&change.frame()),
            What::Doubt => Utf8Bytes::default(),
        });
        encoded.clone()
    }

    /// As a plain frame; empty when the plain dialect has no word for it.
    pub(super) fn plain(&self) -> Utf8Bytes {
        let encoded = self.plain.get_or_init(|| {
            let text = match &self.what {
                What::Event(event) => plain::message(event).unwrap_or_default(),
                What::Presence(_) | What::Doubt => String::new(),
            };
            text.into()
        });
        encoded.clone()
    }
}

impl Change {
    pub(super) fn frame(&self) -> ServerFrame {
        let names =
            |people: &[(UserId, Name)]| people.iter().take(NAMED).map(|(_, name)| name.clone()).collect();
        let (joined, left) = (names(&self.joined), names(&self.left));
        ServerFrame::Presence { topic: self.topic.clone(), here: self.here, joined, left }
    }
}

/// A frame as JSON.
pub(super) fn encode(frame: &ServerFrame) -> Utf8Bytes {
    // Strings, numbers and lists: serde_json has no reason to refuse any of them.
    serde_json::to_string(frame).unwrap_or_default().into()
}
