//! Events that travel with their hint, so that the other nodes need not read the database.

use app::protocol::{DraftId, Event, EventKind, TopicName};
use serde::{Deserialize, Serialize};

use super::Signal;

/// The highest `seq`, which JSON numbers hold exactly.
const MAX_SEQ: u64 = (1 << 53) - 1;

/// Events of one topic that this node has committed together; at least one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommittedEvents<'a> {
    pub(crate) topic: &'a TopicName,
    /// The draft of the event before the first one, if it is known: receivers go on only from the same event.
    pub(crate) after: Option<DraftId>,
    /// The dialect of Markdown of the HTML in the events. Nodes with another one render the text anew when they read it.
    pub(crate) dialect: i16,
    pub(crate) events: &'a [Event],
}

/// The same, on its way to other nodes, or as another node has announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventBatch {
    pub(crate) topic: TopicName,
    #[serde(default)]
    pub(crate) after: Option<DraftId>,
    pub(crate) dialect: i16,
    pub(crate) events: Vec<Event>,
}

impl CommittedEvents<'_> {
    /// Returns the hint without the events.
    pub(crate) fn head(&self) -> Signal {
        head(self.topic, self.events)
    }

    pub(super) fn to_batch(self) -> EventBatch {
        let Self { topic, after, dialect, events } = self;
        EventBatch { topic: topic.clone(), after, dialect, events: events.to_vec() }
    }

    /// Roughly the bytes in memory.
    pub(super) fn size(&self) -> usize {
        self.events.iter().map(|event| size_of::<Event>() + event.kind.text_bytes()).sum()
    }
}

impl EventBatch {
    /// Returns the hint without the events.
    pub(crate) fn head(&self) -> Signal {
        head(&self.topic, &self.events)
    }

    /// Whether the batch has consecutive events of its topic, all of them of kinds that this version knows.
    pub(super) fn is_sound(&self) -> bool {
        let Some(first) = self.events.first().map(|event| event.seq) else { return false };
        let is_next = |(event, seq): (&Event, u64)| {
            event.seq == seq && event.topic == self.topic && event.kind != EventKind::Unknown
        };
        (1..=MAX_SEQ).contains(&first) && self.events.iter().zip(first..).all(is_next)
    }
}

fn head(topic: &TopicName, events: &[Event]) -> Signal {
    let seq = events.last().map_or(0, |event| event.seq);
    Signal::Head { topic: topic.clone(), seq }
}
