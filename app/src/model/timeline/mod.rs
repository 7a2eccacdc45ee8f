//! What the page believes about a topic: a pure reducer from events to rows.
//!
//! It applies exactly the next event of the log, ignores older ones, and reports a gap instead of hiding it. What it was
//! not given is a [`Row::Gap`], which can be asked for.

mod row;
mod row_style;
#[cfg(test)]
mod tests;
mod unread;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::protocol::{DraftId, Epoch, Event, EventKind, Name, Position};

pub use row::{Gap, Notice, Row, RowKey};
pub use row_style::RowStyle;
pub use unread::{FirstUnread, ReadProgress};

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// It was the next one.
    Applied,
    /// The timeline had it already.
    Duplicate,
    /// Some in between are missing: ask again from the timeline's position.
    OutOfSequence,
}

/// All messages from one place of a log to another, as they stood at `head` or later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSlice {
    /// The first `seq` that this is about.
    pub from: u64,
    /// The last `seq` that this is about.
    pub to: u64,
    /// The log's newest `seq` when it was read.
    pub head: u64,
    /// The messages, oldest first.
    pub events: Vec<Event>,
}

/// A topic's rows, and the position they reach to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    epoch: Option<Epoch>,
    last_seq: u64,
    /// The newest event whose draft id is known: events of kinds of later versions have none here.
    last_draft: Option<(u64, DraftId)>,
    /// Something here is as it stood after this event, which may be later than `have`.
    state_seq: u64,
    /// Messages whose edit came without its text: a later event that has replaced it is still to come.
    replaced_edits: BTreeSet<u64>,
    rows: Vec<Row>,
    notices: u64,
    arrived: u64,
    layout_version: u64,
    /// Messages that have changed since somebody last asked.
    changed: Vec<Arc<Event>>,
    /// The newest changes of messages that are not loaded: a part that was read before them lacks them.
    late_changes: VecDeque<Event>,
    /// Messages that once began what is here: they keep their head, so that nothing in view changes when older ones come.
    slice_starts: BTreeSet<u64>,
}

/// More changes than this do not come while one part is on its way.
const MAX_LATE_CHANGES: usize = 256;

impl Timeline {
    /// A timeline that begins with a part of the log.
    pub fn new(epoch: Epoch, part: LogSlice) -> Self {
        let mut timeline = Self::default();
        timeline.reset(epoch, part);
        timeline
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many messages came since it began; the past that was asked for does not count.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Another when rows have come or gone elsewhere than at the end.
    pub fn layout_version(&self) -> u64 {
        self.layout_version
    }

    /// The row of this key.
    pub fn row(&self, key: RowKey) -> Option<&Row> {
        // Looked for from the end: most often it is new.
        self.rows.iter().rev().find(|row| row.key() == key)
    }

    /// The message at this place, if it is loaded.
    pub fn message(&self, seq: u64) -> Option<&Arc<Event>> {
        self.rows.iter().rev().find_map(|row| row.message().filter(|event| event.seq == seq))
    }

    /// The newest event that is here; none before the first answer.
    pub fn position(&self) -> Option<Position> {
        let draft = self.last_draft.filter(|(seq, _)| *seq == self.last_seq).map(|(_, draft)| draft);
        self.epoch.clone().map(|epoch| Position { epoch, seq: self.last_seq, draft })
    }

    /// The position to ask from: the newest event that can be named. Events after it that are here already are ignored when
    /// they come again. None while something here is newer than the position: a restored log may hold the one and lack
    /// the other.
    pub fn resume_position(&self) -> Option<Position> {
        let position =
            self.position().filter(|_| self.state_seq <= self.last_seq && self.replaced_edits.is_empty())?;
        match self.last_draft {
            Some((seq, draft)) => Some(Position { seq, draft: Some(draft), ..position }),
            None => Some(position),
        }
    }

    /// The server names the event at the head, which a part of the log need not hold.
    pub fn set_head_draft(&mut self, draft: Option<DraftId>) {
        self.last_draft = draft.map(|draft| (self.last_seq, draft)).or(self.last_draft);
    }

    /// The history that the rows belong to.
    pub fn epoch(&self) -> Option<&Epoch> {
        self.epoch.as_ref()
    }

    /// The messages that have changed in place since this was last asked.
    pub fn take_changed(&mut self) -> Vec<Arc<Event>> {
        std::mem::take(&mut self.changed)
    }

    /// Forgets what it has and begins anew.
    pub fn reset(&mut self, epoch: Epoch, part: LogSlice) {
        self.rows.clear();
        self.late_changes.clear();
        self.slice_starts.clear();
        self.replaced_edits.clear();
        self.state_seq = part.head;
        self.epoch = Some(epoch);
        self.last_seq = part.head;
        let newest = part.events.last().filter(|event| event.seq == part.head);
        self.last_draft = newest.and_then(draft_at);
        self.rows.push(Row::Gap(Gap { after: 0, before: part.head + 1 }));
        self.fill(part);
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: Event) -> ApplyOutcome {
        if event.seq <= self.last_seq {
            return ApplyOutcome::Duplicate;
        }
        if event.seq != self.last_seq + 1 {
            return ApplyOutcome::OutOfSequence;
        }
        self.last_seq = event.seq;
        self.last_draft = draft_at(&event).or(self.last_draft);
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

    /// Takes in a part of the past. What fills no hole is left as it is.
    pub fn fill(&mut self, mut part: LogSlice) {
        self.layout_version += 1;
        self.state_seq = self.state_seq.max(part.head);
        for event in &mut part.events {
            self.late_changes
                .iter()
                .rev()
                .filter(|late| late.seq > part.head)
                .for_each(|late| event.apply(late));
        }
        self.slice_starts.extend(self.rows.windows(2).filter_map(message_after_gap));
        let rows = std::mem::take(&mut self.rows);
        for row in rows {
            match row {
                Row::Gap(gap) => self.rows.extend(gap.split_by(&part)),
                other => self.rows.push(other),
            }
        }
    }

    /// Shows something that is no event.
    pub fn notice(&mut self, notice: Notice) {
        self.notices += 1;
        self.rows.push(Row::Notice { n: self.notices, notice });
    }

    /// Shows that people came and left: in one line with those before, less those who did both.
    pub fn presence(&mut self, came: Vec<Name>, went: Vec<Name>) {
        let last = self.rows.pop_if(|row| matches!(row, Row::Notice { notice: Notice::Presence { .. }, .. }));
        let (mut joined, mut left) = match last {
            Some(Row::Notice { notice: Notice::Presence { joined, left }, .. }) => (joined, left),
            _ => Default::default(),
        };
        move_names(came, &mut left, &mut joined);
        move_names(went, &mut joined, &mut left);
        if !(joined.is_empty() && left.is_empty()) {
            self.notice(Notice::Presence { joined, left });
        }
    }

    /// Whether nothing is missing from its first message down to the newest.
    pub fn is_gapless(&self) -> bool {
        self.last_inner_gap().is_none()
    }

    /// Lets go of everything above a part that is missing: it is one hole.
    pub fn drop_before_last_gap(&mut self) {
        if let Some(index) = self.last_inner_gap() {
            self.drop_oldest(index + 1);
        }
    }

    /// Lets the oldest quarter of the rows go when there are more than so many: they are a hole again.
    pub fn trim(&mut self, max_rows: usize) {
        if self.rows.len() <= max_rows {
            return;
        }
        self.drop_oldest(self.rows.len() - max_rows * 3 / 4);
    }

    fn last_inner_gap(&self) -> Option<usize> {
        self.rows.iter().rposition(|row| matches!(row, Row::Gap(gap) if gap.after > 0))
    }

    fn drop_oldest(&mut self, rows: usize) {
        self.layout_version += 1;
        self.rows.drain(..rows);
        let first = self.rows.iter().find_map(Row::first_seq).unwrap_or(self.last_seq + 1);
        self.rows.splice(0..0, Gap { after: 0, before: first }.row());
    }

    /// An event is told as it stands, which later ones may have made of it.
    fn track_later_state(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Message { revision, .. } => self.state_seq = self.state_seq.max(revision.unwrap_or(0)),
            EventKind::Edit { message, body: None, .. } => drop(self.replaced_edits.insert(*message)),
            EventKind::Edit { message, .. } | EventKind::Deletion { message, .. } => {
                self.replaced_edits.remove(message);
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

fn draft_at(event: &Event) -> Option<(u64, DraftId)> {
    event.kind.draft().map(|draft| (event.seq, draft))
}

/// The message that stands right after a hole.
fn message_after_gap(rows: &[Row]) -> Option<u64> {
    let [Row::Gap(_), Row::Message(event)] = rows else { return None };
    Some(event.seq)
}

/// Names that are not in one list go to the other; those that are leave it.
fn move_names(names: Vec<Name>, from: &mut Vec<Name>, to: &mut Vec<Name>) {
    for name in names {
        match from.iter().position(|other| *other == name) {
            Some(index) => drop(from.remove(index)),
            None if !to.contains(&name) => to.push(name),
            None => {}
        }
    }
}
