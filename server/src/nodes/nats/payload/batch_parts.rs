//! Splits a batch of events into parts that payloads have room for.

use app::protocol::DraftId;

use super::json;
use crate::nodes::EventBatch;

/// A part of a batch, as JSON.
struct Part {
    prefix: String,
    events: String,
}

impl Part {
    fn new(EventBatch { topic, dialect, .. }: &EventBatch, after: Option<DraftId>) -> Self {
        let topic = json(topic);
        let after = json(&after);
        let prefix = format!(r#"{{"topic":{topic},"after":{after},"dialect":{dialect},"events":["#);
        Self { prefix, events: String::new() }
    }

    /// The length of the part with one more event, its comma and the end.
    fn length_with(&self, event: &str) -> usize {
        self.prefix.len() + self.events.len() + event.len() + ",]}".len()
    }

    fn push(&mut self, event: &str) {
        if !self.events.is_empty() {
            self.events.push(',');
        }
        self.events.push_str(event);
    }

    fn into_json(self) -> String {
        self.prefix + &self.events + "]}"
    }
}

/// Encodes a batch as consecutive batches of at most `room` bytes, each of which names the event before it. Returns `None` if an
/// event does not fit.
pub(super) fn split(batch: &EventBatch, room: usize) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut part = Part::new(batch, batch.after);
    let mut before = batch.after;
    for event in &batch.events {
        let encoded = json(event);
        if part.length_with(&encoded) > room && !part.events.is_empty() {
            parts.push(std::mem::replace(&mut part, Part::new(batch, before)).into_json());
        }
        if part.length_with(&encoded) > room {
            return None;
        }
        part.push(&encoded);
        before = event.kind.draft();
    }
    parts.push(part.into_json());
    Some(parts)
}
