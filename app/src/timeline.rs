//! What the page believes about a topic: a pure reducer from events to rows.
//!
//! It applies exactly the next event of the log, ignores older ones, and reports a gap instead of hiding it.

use std::sync::Arc;

use crate::protocol::{Epoch, Event, EventKind, Mode, Name, Position};

/// The most rows a page keeps; older ones are let go from the top.
const MAX_ROWS: usize = 1_000;

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Row {
    /// A message of the log.
    Message(Arc<Event>),
    /// Somebody came or left; `n` tells notices apart.
    Notice {
        /// Counts the page's notices.
        n: u64,
        /// What it says.
        notice: Notice,
    },
}

/// Somebody came or left.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Notice {
    /// These people came.
    Joined(Vec<Name>),
    /// These people left.
    Left(Vec<Name>),
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was the next one.
    Next,
    /// The timeline had it already.
    Known,
    /// Some in between are missing: ask again from the timeline's position.
    Gap,
}

/// A topic's rows, and the position they reach to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    epoch: Option<Epoch>,
    have: u64,
    rows: Vec<Row>,
    notices: u64,
}

impl Timeline {
    /// A timeline that begins with a page of events, up to the log's head.
    pub fn begin(epoch: Epoch, head: u64, events: Vec<Event>) -> Self {
        let mut timeline = Self::default();
        timeline.replace(epoch, head, events);
        timeline
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The position to ask from; none before the first answer.
    pub fn position(&self) -> Option<Position> {
        self.epoch.clone().map(|epoch| Position { epoch, seq: self.have })
    }

    /// Takes in the answer to a subscription.
    pub fn subscribed(&mut self, mode: Mode, epoch: Epoch, head: u64, events: Vec<Event>) -> Applied {
        if mode == Mode::Resume {
            return events
                .into_iter()
                .map(|event| self.apply(event))
                .find(|&a| a == Applied::Gap)
                .unwrap_or(Applied::Next);
        }
        self.replace(epoch, head, events);
        Applied::Next
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: Event) -> Applied {
        if event.seq <= self.have {
            return Applied::Known;
        }
        if event.seq != self.have + 1 {
            return Applied::Gap;
        }
        self.have = event.seq;
        if matches!(event.kind, EventKind::Message { .. }) {
            self.push(Row::Message(Arc::new(event)));
        }
        Applied::Next
    }

    /// Shows that somebody came or left.
    pub fn notice(&mut self, notice: Notice) {
        self.notices += 1;
        self.push(Row::Notice { n: self.notices, notice });
    }

    fn replace(&mut self, epoch: Epoch, head: u64, events: Vec<Event>) {
        self.rows.clear();
        self.epoch = Some(epoch);
        self.have = events.first().map_or(head, |first| first.seq.saturating_sub(1));
        for event in events {
            self.apply(event);
        }
    }

    fn push(&mut self, row: Row) {
        if self.rows.len() == MAX_ROWS {
            self.rows.remove(0);
        }
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{epoch, message};

    fn seqs(timeline: &Timeline) -> Vec<u64> {
        let of = |row: &Row| match row {
            Row::Message(event) => event.seq,
            Row::Notice { .. } => 0,
        };
        timeline.rows().iter().map(of).collect()
    }

    #[test]
    fn it_applies_the_next_event_and_ignores_older_ones() {
        let mut timeline = Timeline::begin(epoch("a"), 2, vec![message(1), message(2)]);
        assert_eq!(timeline.apply(message(2)), Applied::Known);
        assert_eq!(timeline.apply(message(3)), Applied::Next);
        assert_eq!(seqs(&timeline), [1, 2, 3]);
    }

    #[test]
    fn a_gap_is_reported_and_changes_nothing() {
        let mut timeline = Timeline::begin(epoch("a"), 1, vec![message(1)]);
        assert_eq!(timeline.apply(message(3)), Applied::Gap);
        assert_eq!(seqs(&timeline), [1]);
        assert_eq!(timeline.position().unwrap().seq, 1);
    }

    #[test]
    fn a_tail_that_begins_late_in_the_log_is_no_gap() {
        let timeline = Timeline::begin(epoch("a"), 41, vec![message(40), message(41)]);
        assert_eq!(seqs(&timeline), [40, 41]);
        assert_eq!(timeline.position().unwrap().seq, 41);
    }

    #[test]
    fn resuming_adds_what_is_missing() {
        let mut timeline = Timeline::begin(epoch("a"), 1, vec![message(1)]);
        assert_eq!(
            timeline.subscribed(Mode::Resume, epoch("a"), 3, vec![message(2), message(3)]),
            Applied::Next
        );
        assert_eq!(seqs(&timeline), [1, 2, 3]);
        assert_eq!(timeline.subscribed(Mode::Resume, epoch("a"), 9, vec![message(9)]), Applied::Gap);
    }

    #[test]
    fn a_reset_forgets_the_older_history() {
        let mut timeline = Timeline::begin(epoch("a"), 9, vec![message(8), message(9)]);
        timeline.subscribed(Mode::Reset, epoch("b"), 1, vec![message(1)]);
        assert_eq!(seqs(&timeline), [1]);
        assert_eq!(timeline.position().unwrap(), Position { epoch: epoch("b"), seq: 1 });
    }

    #[test]
    fn an_unknown_kind_takes_its_place_and_shows_nothing() {
        let mut timeline = Timeline::begin(epoch("a"), 0, vec![]);
        assert_eq!(timeline.apply(Event { kind: EventKind::Unknown, ..message(1) }), Applied::Next);
        assert_eq!(timeline.apply(message(2)), Applied::Next);
        assert_eq!(seqs(&timeline), [2]);
    }

    #[test]
    fn rows_are_bounded_and_the_oldest_go_first() {
        let mut timeline = Timeline::begin(epoch("a"), 0, vec![]);
        for seq in 1..=1_005 {
            timeline.apply(message(seq));
        }
        assert_eq!(timeline.rows().len(), MAX_ROWS);
        assert_eq!(seqs(&timeline)[0], 6);
    }

    #[test]
    fn notices_stand_where_they_came() {
        let mut timeline = Timeline::begin(epoch("a"), 1, vec![message(1)]);
        timeline.notice(Notice::Joined(vec![Name::parse("Ann").unwrap()]));
        timeline.apply(message(2));
        assert_eq!(seqs(&timeline), [1, 0, 2]);
    }
}
