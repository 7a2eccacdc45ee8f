//! What the hub carries for the chat: encoded at most once a dialect, however many hear it.

use std::{collections::HashSet, ops::Range, sync::OnceLock};

use app::protocol::{Event, Name, Person, ServerFrame, TopicName, UserId};

use bytes::Bytes;

use super::{encoded::Encoded, plain, visitor::Dialect};
use crate::{
    endpoint::{Frames, PendingBytes},
    event_log::text_bytes,
};

/// A frame that knows itself in both dialects.
#[derive(Debug)]
pub struct Delivery {
    pub(super) what: What,
    v1: OnceLock<Encoded>,
    plain: OnceLock<Encoded>,
    /// A page's events as one JSON array.
    list: OnceLock<Bytes>,
    /// Where a page's bytes count; the hub's frames are bounded by its rings.
    pending: Option<PendingBytes>,
}

/// What is delivered.
#[derive(Debug)]
pub(super) enum What {
    /// Events of one topic's log, one after the other, that were stored together.
    Events(Vec<Event>),
    /// People came and left: ephemeral.
    Presence(Change),
    /// People are writing: ephemeral.
    Typing { topic: TopicName, people: Vec<Person> },
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
    /// What the plain dialect says of it.
    pub(super) lines: Lines,
    /// Whether `chorus.v1` says anything of it.
    pub(super) told: bool,
}

/// Who came and left as the plain dialect has it: whoever has no connection has left.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) joined: HashSet<UserId>,
    pub(super) left: HashSet<UserId>,
}

/// Bytes of text that are delivered in one piece. A reader that stops holds on to one piece at the most.
const PIECE_BYTES: usize = 32 * 1_024;

/// Events in pieces that are not too large, in their order.
pub(super) fn parts(events: Vec<Event>) -> Vec<Vec<Event>> {
    let (mut parts, mut bytes) = (Vec::<Vec<Event>>::new(), PIECE_BYTES);
    for event in events {
        bytes += text_bytes(&event);
        match parts.last_mut() {
            Some(part) if bytes <= PIECE_BYTES => part.push(event),
            _ => {
                bytes = text_bytes(&event);
                parts.push(vec![event]);
            }
        }
    }
    parts
}

/// Names that one presence frame carries each way at the most.
const NAMED: usize = 100;

impl Delivery {
    pub(super) fn events(events: Vec<Event>) -> Self {
        Self::new(What::Events(events))
    }

    /// A page of the log, which several who ask for it share.
    pub(super) fn page(events: Vec<Event>, pending: PendingBytes) -> Self {
        Self { pending: Some(pending), ..Self::events(events) }
    }

    pub(super) fn presence(change: Change) -> Self {
        Self::new(What::Presence(change))
    }

    pub(super) fn typing(topic: TopicName, people: Vec<Person>) -> Self {
        Self::new(What::Typing { topic, people })
    }

    pub(super) fn doubt() -> Self {
        Self::new(What::Doubt)
    }

    fn new(what: What) -> Self {
        let (v1, plain, list) = Default::default();
        Self { what, v1, plain, list, pending: None }
    }

    /// A page's events.
    pub(super) fn page_events(&self) -> &[Event] {
        if let What::Events(events) = &self.what { events } else { &[] }
    }

    /// A page's events as one JSON array, as answers carry them.
    pub(super) fn list(&self) -> Bytes {
        let encode = || {
            // Strings, numbers and lists: serde_json has no reason to refuse any of them.
            let list = serde_json::to_vec(self.page_events()).unwrap_or_default().into();
            self.counted(list)
        };
        self.list.get_or_init(encode).clone()
    }

    fn counted(&self, bytes: Bytes) -> Bytes {
        self.pending.iter().fold(bytes, |bytes, pending| pending.count(bytes))
    }

    /// As frames of a dialect; empty where it has no word for it.
    pub(super) fn frames(&self, dialect: Dialect) -> Frames {
        self.encoded(dialect).all()
    }

    /// Some of the events as frames of a dialect.
    pub(super) fn some_frames(&self, dialect: Dialect, events: Range<usize>) -> Frames {
        self.encoded(dialect).some(events)
    }

    /// One of the events as the text of its `chorus.v1` frame.
    pub(super) fn text(&self, event: usize) -> &str {
        self.encoded(Dialect::V1).text(event)
    }

    fn encoded(&self, dialect: Dialect) -> &Encoded {
        match dialect {
            Dialect::Plain => self.plain.get_or_init(|| self.encode_plain().map(|bytes| self.counted(bytes))),
            Dialect::Greeting(_) | Dialect::V1 => {
                self.v1.get_or_init(|| self.encode_v1().map(|bytes| self.counted(bytes)))
            }
        }
    }

    fn encode_v1(&self) -> Encoded {
        match &self.what {
            What::Events(events) => events.iter().map(|event| Some(ServerFrame::event_json(event))).collect(),
            What::Presence(change) => [change.told.then(|| encode(&change.frame()))].into_iter().collect(),
            What::Typing { topic, people } => {
                let frame = ServerFrame::Typing { topic: topic.clone(), people: people.clone() };
                [Some(encode(&frame))].into_iter().collect()
            }
            What::Doubt => Encoded::default(),
        }
    }

    fn encode_plain(&self) -> Encoded {
        match &self.what {
            What::Events(events) => events.iter().map(plain::message).collect(),
            What::Presence(_) | What::Typing { .. } | What::Doubt => Encoded::default(),
        }
    }
}

impl Change {
    /// How many people are in a topic, and nothing else.
    pub(super) fn count(topic: TopicName, here: u64) -> Self {
        Self { topic, here, joined: Vec::new(), left: Vec::new(), lines: Lines::default(), told: true }
    }

    pub(super) fn frame(&self) -> ServerFrame {
        let names =
            |people: &[(UserId, Name)]| people.iter().take(NAMED).map(|(_, name)| name.clone()).collect();
        let (joined, left) = (names(&self.joined), names(&self.left));
        ServerFrame::Presence { topic: self.topic.clone(), here: self.here, joined, left }
    }
}

/// A frame as JSON.
pub(super) fn encode(frame: &ServerFrame) -> String {
    // Strings, numbers and lists: serde_json has no reason to refuse any of them.
    serde_json::to_string(frame).unwrap_or_default()
}
