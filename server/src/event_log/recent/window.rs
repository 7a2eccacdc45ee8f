//! The newest events of one topic, messages as they stand.

use std::collections::VecDeque;

use app::protocol::{DraftId, Event, EventKind};

use crate::event_log::{Page, page::text_bytes};

/// An unbroken run of events up to the head.
#[derive(Debug)]
pub(super) struct Window {
    page: Page,
    pub(super) events: VecDeque<Event>,
    /// Of text, in all events.
    pub(super) bytes: usize,
    max_events: usize,
    max_bytes: usize,
}

impl Window {
    /// Begins with the newest events of a log, as they were read; `page.from` to `page.head`, every one.
    pub(super) fn new(mut page: Page, max_events: usize, max_bytes: usize) -> Self {
        let events: VecDeque<Event> = std::mem::take(&mut page.events).into();
        let bytes = events.iter().map(text_bytes).sum();
        let mut window = Self { page, events, bytes, max_events, max_bytes };
        window.shrink();
        window
    }

    pub(super) fn head(&self) -> u64 {
        self.page.head
    }

    /// Takes in the next event. False: it is not the next, so this is no longer the newest of the log.
    pub(super) fn push(&mut self, event: &Event) -> bool {
        if event.seq <= self.page.head {
            return true;
        }
        if event.seq != self.page.head + 1 {
            return false;
        }
        self.amend(event);
        self.page.head = event.seq;
        if let EventKind::About { about, .. } = &event.kind {
            self.page.about = about.clone().into();
        }
        self.bytes += text_bytes(event);
        self.events.push_back(event.clone());
        self.shrink();
        true
    }

    /// The oldest events after a position; none when this does not reach back to it.
    pub(super) fn since(&self, after: u64, count: usize) -> Option<Page> {
        let after = after.min(self.head());
        let skipped = (after + 1).checked_sub(self.from())? as usize;
        let events: Vec<Event> = self.events.iter().skip(skipped).take(count).map(as_said).collect();
        let to = events.last().map_or(after, |event| event.seq);
        Some(Page { from: after + 1, to, events, ..self.page.clone() })
    }

    /// The newest messages; none when this does not reach back that far.
    pub(super) fn tail(&self, count: usize) -> Option<Page> {
        let mut messages =
            self.events.iter().rev().filter(|event| matches!(event.kind, EventKind::Message { .. }));
        let mut events: Vec<Event> = messages.by_ref().take(count).cloned().collect();
        events.reverse();
        let older = messages.next().is_some();
        if !older && self.from() > 1 && events.len() < count {
            return None;
        }
        let from = match events.first() {
            Some(first) if older || self.from() > 1 => first.seq,
            None if count == 0 => self.head() + 1,
            _ => 1,
        };
        Some(Page { from, to: self.head(), events, ..self.page.clone() })
    }

    /// The draft of an event that is here.
    pub(super) fn draft_at(&self, seq: u64) -> Option<DraftId> {
        let index = usize::try_from(seq.checked_sub(self.from())?).ok()?;
        self.events.get(index)?.kind.draft()
    }

    fn from(&self) -> u64 {
        self.head() + 1 - self.events.len() as u64
    }

    /// What a change replaces is gone from here too.
    fn amend(&mut self, by: &Event) {
        let Some(message) = by.kind.target() else { return };
        if !matches!(by.kind, EventKind::Reaction { .. }) {
            for event in &mut self.events {
                if let EventKind::Edit { message: edited, body, .. } = &mut event.kind
                    && *edited == message
                {
                    self.bytes -= body.take().map_or(0, |body| body.len());
                }
            }
        }
        let index = message.checked_sub(self.from()).and_then(|index| usize::try_from(index).ok());
        if let Some(event) = index.and_then(|index| self.events.get_mut(index)) {
            self.bytes -= text_bytes(event);
            event.apply(by);
            self.bytes += text_bytes(event);
        }
    }

    fn shrink(&mut self) {
        while self.events.len() > self.max_events || self.bytes > self.max_bytes {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= text_bytes(&oldest);
        }
    }
}

/// An event as a resume tells it: the reactions to a message are events of their own.
fn as_said(event: &Event) -> Event {
    let mut event = event.clone();
    if let EventKind::Message { reactions, .. } = &mut event.kind {
        reactions.clear();
    }
    event
}
