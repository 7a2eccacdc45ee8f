//! A part of a topic's log, as it was read.

use std::sync::Arc;

use app::protocol::{About, Epoch, Event, EventKind, HistoryRange, Reactions};
use sea_orm::DbErr;

use super::ReadError;

/// Events of one topic, in the order of `seq`: every event from one place to another, or every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The history that `seq` counts in.
    pub epoch: Epoch,
    /// The newest event's `seq` when this was read, or later; 0 for none.
    pub head: u64,
    /// The first `seq` that this page is about.
    pub from: u64,
    /// The last `seq` that this page is about; below `from` when it is about none.
    pub to: u64,
    /// The events.
    pub events: Vec<Event>,
    /// What the topic says about itself at `head`.
    pub about: Arc<About>,
}

impl Page {
    /// What fits into `max` bytes of text of what is nearest to where a span begins.
    pub fn around_bytes(self, span: HistoryRange, max: usize) -> Self {
        match span {
            HistoryRange::Before(_) => self.last_bytes(max),
            HistoryRange::After(_) => self.first_bytes(max),
            HistoryRange::Around(around) => {
                let middle = self.events.partition_point(|event| event.seq < around);
                let (mut older, mut newer) = (self.clone(), self);
                newer.events.drain(..middle);
                older.events.truncate(middle);
                let (older, newer) = (older.last_bytes(max / 2), newer.first_bytes(max / 2));
                let events = older.events.into_iter().chain(newer.events).collect();
                Self { from: older.from, events, ..newer }
            }
        }
    }

    /// Every event from one place to another, or word of the hole: a store that lost some is no log to go on with.
    pub(super) fn unbroken(self) -> Result<Self, ReadError> {
        let places = self.from..=self.to;
        if self.events.iter().map(|event| event.seq).eq(places) {
            return Ok(self);
        }
        let (from, to) = (self.from, self.to);
        Err(DbErr::Custom(format!("the store lacks events between {from} and {to}")).into())
    }

    /// As many of the oldest events as fit into `max` bytes of text; at least one.
    pub fn first_bytes(mut self, max: usize) -> Self {
        let fitting = fitting(self.events.iter(), max);
        if let Some(next) = self.events.get(fitting) {
            self.to = next.seq - 1;
        }
        self.events.truncate(fitting);
        self
    }

    /// As many of the newest events as fit into `max` bytes of text; at least one.
    pub fn last_bytes(mut self, max: usize) -> Self {
        let fitting = fitting(self.events.iter().rev(), max);
        let left_out = self.events.len() - fitting;
        if let Some(before) = left_out.checked_sub(1).and_then(|index| self.events.get(index)) {
            self.from = before.seq + 1;
        }
        self.events.drain(..left_out);
        self
    }
}

/// How many events fit, from the first on; the first always does.
fn fitting<'a>(events: impl Iterator<Item = &'a Event>, max: usize) -> usize {
    let sizes = events.scan(0, |sum, event| {
        *sum += text_bytes(event);
        Some(*sum)
    });
    sizes.enumerate().take_while(|&(index, sum)| index == 0 || sum <= max).count()
}

/// About what a person takes in a list of reactions, in bytes.
const PERSON_BYTES: usize = 128;

/// About what an event takes, in bytes of text.
pub(crate) fn text_bytes(event: &Event) -> usize {
    let people =
        |reactions: &[Reactions]| reactions.iter().map(|r| r.people.len() * PERSON_BYTES).sum::<usize>();
    match &event.kind {
        EventKind::Message { body, html, reactions, .. } => {
            body.len() + html.as_ref().map_or(0, String::len) + people(reactions)
        }
        EventKind::Edit { body, html, .. } => [body, html].into_iter().flatten().map(String::len).sum(),
        EventKind::About { about, .. } => about.title().len() + about.description().len(),
        EventKind::Deletion { .. } | EventKind::Reaction { .. } | EventKind::Unknown => 0,
    }
}
