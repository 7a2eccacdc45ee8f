//! The newest events of one topic, with messages in their current state.

use std::collections::VecDeque;

use app::protocol::{Event, EventIdentity, EventKind};

use crate::event_log::{Page, page::text_bytes};

/// A contiguous run of events up to the head.
#[derive(Debug)]
pub(super) struct TopicTail {
    /// A page without events: the topic's epoch, head and description.
    page: Page,
    pub(super) events: VecDeque<Event>,
    /// Bytes of text in all events.
    pub(super) bytes: usize,
    max_events: usize,
    max_bytes: usize,
}

impl TopicTail {
    /// Creates the tail from the newest events of a log: `page` must hold every event from `page.from` to `page.head`.
    pub(super) fn new(mut page: Page, max_events: usize, max_bytes: usize) -> Self {
        let events: VecDeque<Event> = std::mem::take(&mut page.events).into();
        let bytes = events.iter().map(text_bytes).sum();
        let mut tail = Self { page, events, bytes, max_events, max_bytes };
        tail.evict();
        tail
    }

    pub(super) fn head(&self) -> u64 {
        self.page.head
    }

    /// Appends the next event. Returns `false` if there is a gap before it: the tail lacks events then. Ignores an event that
    /// is there already.
    pub(super) fn push(&mut self, event: &Event) -> bool {
        if event.seq <= self.page.head {
            return true;
        }
        if event.seq != self.page.head + 1 {
            return false;
        }
        self.apply_change(event);
        self.page.head = event.seq;
        if let EventKind::About { about, .. } = &event.kind {
            self.page.about = about.clone().into();
        }
        self.bytes += text_bytes(event);
        self.events.push_back(event.clone());
        self.evict();
        true
    }

    /// Returns the oldest `count` events after a position, or `None` if the tail does not reach back to it.
    pub(super) fn since(&self, after: u64, count: usize) -> Option<Page> {
        let after = after.min(self.head());
        let skipped = (after + 1).checked_sub(self.from())? as usize;
        let events: Vec<Event> =
            self.events.iter().skip(skipped).take(count).map(without_reactions).collect();
        let to = events.last().map_or(after, |event| event.seq);
        Some(Page { from: after + 1, to, events, ..self.page.clone() })
    }

    /// Returns the newest `count` messages, or `None` if the tail does not reach back that far.
    pub(super) fn tail(&self, count: usize) -> Option<Page> {
        let mut messages =
            self.events.iter().rev().filter(|event| matches!(event.kind, EventKind::Message { .. }));
        let mut events: Vec<Event> = messages.by_ref().take(count).cloned().collect();
        events.reverse();
        let has_older = messages.next().is_some();
        if !has_older && self.from() > 1 && events.len() < count {
            return None;
        }
        let from = match events.first() {
            Some(first) if has_older || self.from() > 1 => first.seq,
            None if count == 0 => self.head() + 1,
            _ => 1,
        };
        Some(Page { from, to: self.head(), events, ..self.page.clone() })
    }

    pub(super) fn identity_at(&self, seq: u64) -> Option<EventIdentity> {
        let index = usize::try_from(seq.checked_sub(self.from())?).ok()?;
        self.events.get(index)?.identity()
    }

    fn from(&self) -> u64 {
        self.head() + 1 - self.events.len() as u64
    }

    /// Applies an edit, deletion or reaction to the cached events, so that no replaced text stays in memory.
    fn apply_change(&mut self, change: &Event) {
        let Some(message) = change.kind.target() else { return };
        if change.kind.replaces_text() {
            // Earlier edits of the message lose their text, as in the store.
            for event in &mut self.events {
                let text = text_bytes(event);
                if let EventKind::Edit { message: edited, body, html, mentions, .. } = &mut event.kind
                    && *edited == message
                {
                    self.bytes -= text;
                    *body = None;
                    *html = None;
                    mentions.clear();
                }
            }
        }
        let index = message.checked_sub(self.from()).and_then(|index| usize::try_from(index).ok());
        if let Some(event) = index.and_then(|index| self.events.get_mut(index)) {
            self.bytes -= text_bytes(event);
            event.apply(change);
            self.bytes += text_bytes(event);
        }
    }

    fn evict(&mut self) {
        while self.events.len() > self.max_events || self.bytes > self.max_bytes {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= text_bytes(&oldest);
        }
    }
}

/// Returns an event as a resume sends it: the reactions to a message are events of their own.
fn without_reactions(event: &Event) -> Event {
    let mut event = event.clone();
    if let EventKind::Message { reactions, .. } = &mut event.kind {
        reactions.clear();
    }
    event
}

#[cfg(test)]
mod tests;
