//! The timeline of a topic: a pure reducer from events of its log to the rows that the page shows.
//!
//! **Events.** [`Timeline::apply`] takes events in the order of `seq`. The next one is applied, an older one is a
//! [duplicate](ApplyOutcome::Duplicate), and one that skips numbers is [out of sequence](ApplyOutcome::OutOfSequence): the
//! caller subscribes again from [`Timeline::resume_position`]. Messages become rows; edits, deletions and reactions change
//! the row of their message.
//!
//! **Gaps.** The page loads only a part of a long log. A range of the log that is not loaded is a [`Row::Gap`], always
//! between two known `seq`; [`Timeline::fill`] replaces it by a [`LogSlice`] from the server. A slice shows messages as they
//! stood at its `head`, so changes that arrived meanwhile are applied to it from `late_changes`.

mod gaps;
mod notices;
mod position;
mod row;
mod row_style;
#[cfg(test)]
mod tests;
mod unread;

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    model::sorted::SortedSet,
    protocol::{Epoch, Event, EventKind},
};

use position::{NamedEvent, named};
pub use row::{Gap, Notice, Row, RowKey};
pub use row_style::RowStyle;
pub use unread::{FirstUnread, ReadProgress};

/// The result of applying an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// It was the next event and is applied.
    Applied,
    /// The timeline has it already; nothing changed.
    Duplicate,
    /// Events before it are missing; nothing changed. Subscribe again from the timeline's position.
    OutOfSequence,
}

/// All messages of a range of a log, in their state at `head` or later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSlice {
    /// The first `seq` of the range.
    pub from: u64,
    /// The last `seq` of the range.
    pub to: u64,
    /// The newest `seq` of the log when it was read.
    pub head: u64,
    /// The messages, oldest first.
    pub events: Vec<Event>,
}

/// The rows of a topic, and the position up to which its log is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    epoch: Option<Epoch>,
    last_seq: u64,
    /// The newest event whose draft id is known. Events of kinds that this version does not know have none.
    last_named: Option<NamedEvent>,
    /// The newest event whose effect any row may show already; may lie beyond `last_seq`, because slices contain later changes.
    state_seq: u64,
    /// Messages whose edit came without a text, because a later event replaced it. That event has not arrived yet.
    replaced_edits: SortedSet,
    rows: Vec<Row>,
    notices: u64,
    arrived: u64,
    layout_version: u64,
    /// Messages changed since the last `take_changed`.
    changed: Vec<Arc<Event>>,
    /// The newest changes of messages that are not loaded. A slice that was read before them lacks them.
    late_changes: VecDeque<Event>,
    /// Messages that followed a gap when they were loaded. They keep their header, so that nothing in view moves when the gap is
    /// filled.
    slice_starts: SortedSet,
}

/// The number of changes kept for slices that are being loaded. One request takes far less time than as many changes.
const MAX_LATE_CHANGES: usize = 256;

impl Timeline {
    /// Creates a timeline that starts with a slice of the log.
    pub fn new(epoch: Epoch, part: LogSlice) -> Self {
        let mut timeline = Self::default();
        timeline.reset(epoch, part);
        timeline
    }

    /// Returns the rows, oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the number of messages that arrived as events; loaded history does not count.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Returns a number that changes when rows are added or removed elsewhere than at the end.
    pub fn layout_version(&self) -> u64 {
        self.layout_version
    }

    /// Returns the row with this key.
    pub fn row(&self, key: RowKey) -> Option<&Row> {
        // From the end, because most lookups are for new rows.
        self.rows.iter().rev().find(|row| row.key() == key)
    }

    /// Returns the message with this `seq`, if it is loaded.
    pub fn message(&self, seq: u64) -> Option<&Arc<Event>> {
        self.rows.iter().rev().find_map(|row| row.message().filter(|event| event.seq == seq))
    }

    /// Returns the nearest message above or below the one with this `seq` that is not deleted. For `None`, the search
    /// starts below the newest message.
    pub fn neighbour(&self, seq: Option<u64>, forward: bool) -> Option<&Arc<Event>> {
        let mut messages = self.rows.iter().filter_map(Row::message).filter(|event| !event.is_deleted());
        match (seq, forward) {
            (Some(seq), true) => messages.find(|event| event.seq > seq),
            (None, true) => None,
            (seq, false) => messages.rev().find(|event| seq.is_none_or(|seq| event.seq < seq)),
        }
    }

    /// Returns the epoch that the rows belong to.
    pub fn epoch(&self) -> Option<&Epoch> {
        self.epoch.as_ref()
    }

    /// Returns the messages changed in place since the last call.
    pub fn take_changed(&mut self) -> Vec<Arc<Event>> {
        std::mem::take(&mut self.changed)
    }

    /// Drops all rows and starts again with a slice.
    pub fn reset(&mut self, epoch: Epoch, part: LogSlice) {
        self.rows.clear();
        self.late_changes.clear();
        self.slice_starts.clear();
        self.replaced_edits.clear();
        self.state_seq = part.head;
        self.epoch = Some(epoch);
        self.last_seq = part.head;
        let newest = part.events.last().filter(|event| event.seq == part.head);
        self.last_named = newest.and_then(named);
        self.rows.push(Row::Gap(Gap { after: 0, before: part.head + 1 }));
        self.fill(part);
    }

    /// Applies one event.
    pub fn apply(&mut self, event: Event) -> ApplyOutcome {
        if event.seq <= self.last_seq {
            return ApplyOutcome::Duplicate;
        }
        if event.seq != self.last_seq + 1 {
            return ApplyOutcome::OutOfSequence;
        }
        self.last_seq = event.seq;
        self.last_named = named(&event).or(self.last_named);
        self.track_later_state(&event);
        match event.kind {
            EventKind::Message { .. } => {
                self.arrived += 1;
                self.rows.push(Row::Message(Arc::new(event)));
            }
            _ => self.apply_change(&event),
        }
        ApplyOutcome::Applied
    }

    /// Tracks how far an event reflects later events: the server sends events in their current state.
    fn track_later_state(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Message { revision, .. } => self.state_seq = self.state_seq.max(revision.unwrap_or(0)),
            EventKind::Edit { message, body: None, .. } => self.replaced_edits.insert(*message),
            kind if kind.replaces_text() => {
                if let Some(message) = kind.target() {
                    self.replaced_edits.remove(message);
                }
            }
            _ => {}
        }
    }

    fn apply_change(&mut self, by: &Event) {
        let Some(seq) = by.kind.target() else { return };
        let messages = self.rows.iter_mut().rev().filter_map(Row::message_mut);
        if let Some(message) = messages.into_iter().find(|event| event.seq == seq) {
            Arc::make_mut(message).apply(by);
            let message = Arc::clone(message);
            self.changed.push(message);
        } else {
            self.late_changes.truncate(MAX_LATE_CHANGES - 1);
            self.late_changes.push_front(by.clone());
        }
    }
}
