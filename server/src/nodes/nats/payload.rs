//! The payloads of NATS messages: JSON with the sender's id, the name of its database, signals, and events.

mod batch_parts;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::nodes::{EventBatch, Signal, oversized_signals::EncodedSignals};
use batch_parts::split;

/// The sender of payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sender {
    /// A name that no other node has.
    pub(super) node: String,
    /// The [`name`](super::database_name()) of the database, which is another one after `chorus new-epoch`.
    pub(super) database: String,
}

/// A payload that was received from another node.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReceivedPayload {
    pub(super) signals: Vec<Signal>,
    pub(super) events: Vec<EventBatch>,
    /// The sender was not connected for a while, so hints of it are missing.
    pub(super) has_lost: bool,
    /// The number of items that this version does not know, or that are wrong.
    pub(super) unknown: usize,
}

impl ReceivedPayload {
    /// Keeps only the heads of the events.
    pub(super) fn drop_texts(&mut self) {
        self.signals.extend(self.events.drain(..).map(|batch| batch.head()));
    }
}

#[derive(Deserialize)]
struct Envelope {
    from: String,
    database: String,
    #[serde(default)]
    signals: Vec<Value>,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    has_lost: bool,
}

/// The items of one payload, as JSON.
#[derive(Default)]
struct Group {
    events: Vec<String>,
    signals: Vec<String>,
    bytes: usize,
}

impl Sender {
    /// Encodes events and signals in as few payloads of at most `max_bytes` as they fit in. Long batches are split. Of a batch
    /// with an event that fits in none, the head is announced. A signal that fits in none is left out: a hint may be lost.
    pub(super) fn encode(
        &self,
        events: &[EventBatch],
        mut signals: Vec<Signal>,
        max_bytes: usize,
    ) -> EncodedSignals {
        let room = max_bytes.saturating_sub(self.encoded(&Group::default()).len());
        let mut groups = Vec::new();
        let mut group = Group::default();
        for batch in events {
            match split(batch, room) {
                Some(parts) => parts.into_iter().for_each(|part| {
                    group.make_room(part.len(), room, &mut groups);
                    group.events.push(part);
                }),
                None => signals.push(batch.head()),
            }
        }
        let mut left_out = 0;
        for json in signals.iter().map(json) {
            if json.len() > room {
                left_out += 1;
                continue;
            }
            group.make_room(json.len(), room, &mut groups);
            group.signals.push(json);
        }
        if group.bytes > 0 {
            groups.push(group);
        }
        let payloads = groups.iter().map(|group| self.encoded(group)).collect();
        EncodedSignals { payloads, left_out }
    }

    /// Returns the payload which says that hints of this node are missing.
    pub(super) fn lost(&self) -> String {
        let Self { node, database } = self;
        format!(r#"{{"from":{},"database":{},"has_lost":true}}"#, json(node), json(database))
    }

    /// Parses a payload, which anyone who may use the broker can have sent. Returns `None` for one of this node, or of another
    /// database.
    pub(super) fn parse(&self, payload: &[u8]) -> Result<Option<ReceivedPayload>, serde_json::Error> {
        let Envelope { from, database, signals, events, has_lost } = serde_json::from_slice(payload)?;
        if from == self.node || database != self.database {
            return Ok(None);
        }
        let total = signals.len() + events.len();
        let signals: Vec<_> =
            signals.into_iter().filter_map(|value| Signal::deserialize(value).ok()).collect();
        let events = events.into_iter().filter_map(|value| EventBatch::deserialize(value).ok());
        let events: Vec<_> = events.filter(EventBatch::is_sound).collect();
        let unknown = total - signals.len() - events.len();
        Ok(Some(ReceivedPayload { signals, events, has_lost, unknown }))
    }

    fn encoded(&self, Group { events, signals, .. }: &Group) -> String {
        let Self { node, database } = self;
        let events = events.join(",");
        let signals = signals.join(",");
        let node = json(node);
        let database = json(database);
        format!(r#"{{"from":{node},"database":{database},"events":[{events}],"signals":[{signals}]}}"#)
    }
}

impl Group {
    /// Counts an item of this length. Finishes the group first if it has no room for the item and a comma.
    fn make_room(&mut self, length: usize, room: usize, groups: &mut Vec<Self>) {
        if self.bytes > 0 && self.bytes + length + 1 > room {
            groups.push(std::mem::take(self));
        }
        self.bytes += length + 1;
    }
}

/// Encodes as JSON.
fn json(value: &impl Serialize) -> String {
    // Strings, numbers and lists: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
