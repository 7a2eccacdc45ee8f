//! Payload the hub carries for the chat: encoded at most once a dialect, however many hear it.

use std::{collections::HashSet, ops::Range, sync::OnceLock};

use app::protocol::{Event, Name, Person, ServerFrame, TopicName, UserId};

use bytes::Bytes;

use super::{client_state::Dialect, frame_buffer::FrameBuffer, plain};
use crate::{
    endpoint::{Frames, PendingBytes},
    event_log::text_bytes,
};

/// A frame that knows itself in both dialects.
#[derive(Debug)]
pub struct Delivery {
    pub(super) payload: Payload,
    v1: OnceLock<FrameBuffer>,
    plain: OnceLock<FrameBuffer>,
    /// A page's events as one JSON array.
    json_array: OnceLock<Bytes>,
    /// Where a page's bytes count; the hub's frames are bounded by its rings.
    pending: Option<PendingBytes>,
}

/// Payload is delivered.
#[derive(Debug)]
pub(super) enum Payload {
    /// Events of one topic's log, one after the other, that were stored together.
    Events(Vec<Event>),
    /// People came and left: ephemeral.
    Presence(PresenceChange),
    /// People are writing: ephemeral.
    Typing { topic: TopicName, people: Vec<Person> },
    /// The log may hold more than was is_announced: no frame, but a reason to look.
    Resync,
}

/// Who came to a topic and who left it lately, and how many are there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PresenceChange {
    pub(super) topic: TopicName,
    pub(super) here: u64,
    pub(super) joined: Vec<(UserId, Name)>,
    pub(super) left: Vec<(UserId, Name)>,
    /// Payload the plain dialect says of it.
    pub(super) plain: PlainPresence,
    /// Whether `chorus.v1` says anything of it.
    pub(super) is_announced: bool,
}

/// Who came and left as the plain dialect has it: whoever has no connection has left.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct PlainPresence {
    pub(super) joined: HashSet<UserId>,
    pub(super) left: HashSet<UserId>,
}

/// Bytes of text that are delivered in one piece. A reader that stops holds on to one piece at the most.
const MAX_CHUNK_BYTES: usize = 32 * 1_024;

/// Events in pieces that are not too large, in their order.
pub(super) fn chunks(events: Vec<Event>) -> Vec<Vec<Event>> {
    let (mut chunks, mut bytes) = (Vec::<Vec<Event>>::new(), MAX_CHUNK_BYTES);
    for event in events {
        bytes += text_bytes(&event);
        match chunks.last_mut() {
            Some(chunk) if bytes <= MAX_CHUNK_BYTES => chunk.push(event),
            _ => {
                bytes = text_bytes(&event);
                chunks.push(vec![event]);
            }
        }
    }
    chunks
}

/// Names that one presence frame carries each way at the most.
const MAX_NAMES: usize = 100;

impl Delivery {
    pub(super) fn events(events: Vec<Event>) -> Self {
        Self::new(Payload::Events(events))
    }

    /// A page of the log, which several who ask for it share.
    pub(super) fn page(events: Vec<Event>, pending: PendingBytes) -> Self {
        Self { pending: Some(pending), ..Self::events(events) }
    }

    pub(super) fn presence(change: PresenceChange) -> Self {
        Self::new(Payload::Presence(change))
    }

    pub(super) fn typing(topic: TopicName, people: Vec<Person>) -> Self {
        Self::new(Payload::Typing { topic, people })
    }

    pub(super) fn resync() -> Self {
        Self::new(Payload::Resync)
    }

    fn new(payload: Payload) -> Self {
        let (v1, plain, json_array) = Default::default();
        Self { payload, v1, plain, json_array, pending: None }
    }

    /// A page's events.
    pub(super) fn page_events(&self) -> &[Event] {
        if let Payload::Events(events) = &self.payload { events } else { &[] }
    }

    /// A page's events as one JSON array, as answers carry them.
    pub(super) fn json_array(&self) -> Bytes {
        let encode = || {
            // Strings, numbers and lists: serde_json has no reason to refuse any of them.
            let list = serde_json::to_vec(self.page_events()).unwrap_or_default().into();
            self.count_pending(list)
        };
        self.json_array.get_or_init(encode).clone()
    }

    fn count_pending(&self, bytes: Bytes) -> Bytes {
        self.pending.iter().fold(bytes, |bytes, pending| pending.count(bytes))
    }

    /// As frames of a dialect; empty where it has no word for it.
    pub(super) fn frames(&self, dialect: Dialect) -> Frames {
        self.encoded(dialect).all()
    }

    /// Some of the events as frames of a dialect.
    pub(super) fn frames_in(&self, dialect: Dialect, events: Range<usize>) -> Frames {
        self.encoded(dialect).range(events)
    }

    /// One of the events as the text of its `chorus.v1` frame.
    pub(super) fn text(&self, event: usize) -> &str {
        self.encoded(Dialect::V1).text(event)
    }

    fn encoded(&self, dialect: Dialect) -> &FrameBuffer {
        match dialect {
            Dialect::Plain => {
                self.plain.get_or_init(|| self.encode_plain().map(|bytes| self.count_pending(bytes)))
            }
            Dialect::AwaitingHello(_) | Dialect::V1 => {
                self.v1.get_or_init(|| self.encode_v1().map(|bytes| self.count_pending(bytes)))
            }
        }
    }

    fn encode_v1(&self) -> FrameBuffer {
        match &self.payload {
            Payload::Events(events) => {
                events.iter().map(|event| Some(ServerFrame::event_json(event))).collect()
            }
            Payload::Presence(change) => {
                [change.is_announced.then(|| encode(&change.frame()))].into_iter().collect()
            }
            Payload::Typing { topic, people } => {
                let frame = ServerFrame::Typing { topic: topic.clone(), people: people.clone() };
                [Some(encode(&frame))].into_iter().collect()
            }
            Payload::Resync => FrameBuffer::default(),
        }
    }

    fn encode_plain(&self) -> FrameBuffer {
        match &self.payload {
            Payload::Events(events) => events.iter().map(plain::message).collect(),
            Payload::Presence(_) | Payload::Typing { .. } | Payload::Resync => FrameBuffer::default(),
        }
    }
}

impl PresenceChange {
    /// How many people are in a topic, and nothing else.
    pub(super) fn count(topic: TopicName, here: u64) -> Self {
        Self {
            topic,
            here,
            joined: Vec::new(),
            left: Vec::new(),
            plain: PlainPresence::default(),
            is_announced: true,
        }
    }

    pub(super) fn frame(&self) -> ServerFrame {
        let names =
            |people: &[(UserId, Name)]| people.iter().take(MAX_NAMES).map(|(_, name)| name.clone()).collect();
        let (joined, left) = (names(&self.joined), names(&self.left));
        ServerFrame::Presence { topic: self.topic.clone(), here: self.here, joined, left }
    }
}

/// A frame as JSON.
pub(super) fn encode(frame: &ServerFrame) -> String {
    // Strings, numbers and lists: serde_json has no reason to refuse any of them.
    serde_json::to_string(frame).unwrap_or_default()
}
