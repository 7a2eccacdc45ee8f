//! The payloads of the hub. Each is encoded at most once for each dialect, whatever the number of subscribers.

use std::{collections::HashSet, ops::Range, sync::OnceLock};

use app::protocol::{Event, Name, Person, ServerFrame, TopicName, UserId};

use bytes::Bytes;

use super::{dialect::Dialect, frame_buffer::FrameBuffer, plain};
use crate::{
    endpoint::{EncodedFrames, PendingBytes},
    event_log::text_bytes,
};

/// A payload and its encodings.
#[derive(Debug)]
pub struct Delivery {
    pub(super) payload: Payload,
    v1: OnceLock<FrameBuffer>,
    plain: OnceLock<FrameBuffer>,
    /// The events of a page as one JSON array.
    json_array: OnceLock<Bytes>,
    /// Counts the bytes of a page while connections hold it. The hub's frames need no count: its rings bound them.
    pending: Option<PendingBytes>,
}

#[derive(Debug)]
pub(super) enum Payload {
    /// Consecutive events of one topic that were committed together.
    Events(Vec<Event>),
    /// Joins and leaves. Ephemeral: a subscriber that is behind misses them.
    Presence(PresenceChange),
    /// People who are typing. Ephemeral.
    Typing { topic: TopicName, people: Vec<Person> },
    /// The log may hold events that were not announced: subscribers read it. Has no frame.
    Resync,
    /// Events were sent that the log does not have: subscribers end and resume, so that they are sent a reset. Has no frame.
    Diverged,
    /// Rights have changed: subscribers who may not read any more end. Has no frame.
    RightsChanged,
}

/// The joins and leaves in a topic since the last announcement, and the number of people now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PresenceChange {
    pub(super) topic: TopicName,
    pub(super) here: u64,
    pub(super) joined: Vec<(UserId, Name)>,
    pub(super) left: Vec<(UserId, Name)>,
    pub(super) plain: PlainPresence,
    /// Whether `chorus.v1` has a frame for it. Without one, only the plain dialect announces it.
    pub(super) is_announced: bool,
}

/// Joins and leaves of the plain dialect, which has no grace period: a person without a connection has left.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct PlainPresence {
    pub(super) joined: HashSet<UserId>,
    pub(super) left: HashSet<UserId>,
}

/// Bytes of text in one payload, unless a single event is larger. A stalled reader holds at most one payload.
const MAX_CHUNK_BYTES: usize = 32 * 1_024;

/// Splits events into chunks of at most [`MAX_CHUNK_BYTES`], in order.
pub(super) fn chunks(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut chunks: Vec<Vec<Event>> = Vec::new();
    let mut bytes = 0;
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

/// Names of joined people in one presence frame, and of people who left.
const MAX_NAMES: usize = 100;

impl Delivery {
    pub(super) fn events(events: Vec<Event>) -> Self {
        Self::new(Payload::Events(events))
    }

    /// A page of the log, which all readers of the same page share.
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

    pub(super) fn diverged() -> Self {
        Self::new(Payload::Diverged)
    }

    pub(super) fn rights_changed() -> Self {
        Self::new(Payload::RightsChanged)
    }

    fn new(payload: Payload) -> Self {
        let (v1, plain, json_array) = Default::default();
        Self { payload, v1, plain, json_array, pending: None }
    }

    /// The events of a page; empty for other payloads.
    pub(super) fn page_events(&self) -> &[Event] {
        if let Payload::Events(events) = &self.payload { events } else { &[] }
    }

    /// Returns the events of a page as one JSON array, as replies hold them.
    pub(super) fn json_array(&self) -> Bytes {
        let encode = || {
            // Strings, numbers and lists: serialising them cannot fail.
            let list = serde_json::to_vec(self.page_events()).unwrap_or_default().into();
            self.count_pending(list)
        };
        self.json_array.get_or_init(encode).clone()
    }

    fn count_pending(&self, bytes: Bytes) -> Bytes {
        self.pending.iter().fold(bytes, |bytes, pending| pending.track_shared(bytes))
    }

    /// Returns the frames of a dialect; empty if the dialect has none for this payload.
    pub(super) fn frames(&self, dialect: Dialect) -> EncodedFrames {
        self.encoded(dialect).all()
    }

    /// Returns the frames of a range of the events.
    pub(super) fn frames_in(&self, dialect: Dialect, events: Range<usize>) -> EncodedFrames {
        self.encoded(dialect).range(events)
    }

    /// Returns the text of one event's `chorus.v1` frame.
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
            Payload::Resync | Payload::Diverged | Payload::RightsChanged => FrameBuffer::default(),
        }
    }

    fn encode_plain(&self) -> FrameBuffer {
        match &self.payload {
            Payload::Events(events) => events.iter().map(plain::message).collect(),
            Payload::Presence(_)
            | Payload::Typing { .. }
            | Payload::Resync
            | Payload::Diverged
            | Payload::RightsChanged => FrameBuffer::default(),
        }
    }
}

impl PresenceChange {
    /// A change with the number of people, and no names.
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
        ServerFrame::Presence {
            topic: self.topic.clone(),
            here: self.here,
            joined: names(&self.joined),
            left: names(&self.left),
        }
    }
}

/// Encodes a frame as JSON.
pub(super) fn encode(frame: &ServerFrame) -> String {
    // Strings, numbers and lists: serialising them cannot fail.
    serde_json::to_string(frame).unwrap_or_default()
}
