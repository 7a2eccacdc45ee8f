//! The rows of a timeline.

use std::sync::Arc;

use super::LogSlice;
use crate::protocol::{Event, Name};

/// A row that the page shows.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Row {
    /// A message of the log in its current state.
    Message(Arc<Event>),
    /// A range of the log that is not loaded.
    Gap(Gap),
    /// A notice, which is no event of the log.
    Notice {
        /// The number of the notice on this page.
        n: u64,
        notice: Notice,
    },
}

/// Identifies a row while it changes. Another epoch may use a `seq` again, but not with the same timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKey {
    /// A message's timestamp and `seq`.
    Message(u64, u64),
    /// The ends of a gap.
    Gap(Gap),
    /// A notice's number.
    Notice(u64),
}

/// A range of the log that is not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gap {
    /// The last `seq` before it; 0 for the beginning of the log.
    pub after: u64,
    /// The first `seq` after it.
    pub before: u64,
}

/// A notice between messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Notice {
    /// People joined and left.
    Presence {
        /// People who joined.
        joined: Vec<Name>,
        /// People who left.
        left: Vec<Name>,
    },
    /// A person changed the topic's title; an empty title removed it.
    About(Name, String),
    /// The number of messages that arrived while the page was disconnected; they are the rows above.
    CaughtUp(u64),
}

impl Row {
    /// Returns the key of the row.
    pub fn key(&self) -> RowKey {
        match self {
            Self::Message(event) => RowKey::Message(event.at.0, event.seq),
            Self::Gap(gap) => RowKey::Gap(*gap),
            Self::Notice { n, .. } => RowKey::Notice(*n),
        }
    }

    /// Returns the message of a message row.
    pub fn message(&self) -> Option<&Arc<Event>> {
        match self {
            Self::Message(event) => Some(event),
            _ => None,
        }
    }

    pub(super) fn message_mut(&mut self) -> Option<&mut Arc<Event>> {
        match self {
            Self::Message(event) => Some(event),
            _ => None,
        }
    }

    /// Returns the first `seq` that the row covers.
    pub(super) fn first_seq(&self) -> Option<u64> {
        match self {
            Self::Message(event) => Some(event.seq),
            Self::Gap(gap) => Some(gap.after + 1),
            Self::Notice { .. } => None,
        }
    }
}

impl Gap {
    /// Returns the number of events in it.
    pub fn len(self) -> u64 {
        self.before.saturating_sub(self.after + 1)
    }

    /// Whether it contains no event.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the rows that replace the gap once a slice is loaded: its messages, and gaps for what the slice does not cover.
    pub(super) fn split_by(self, part: &LogSlice) -> Vec<Row> {
        let from = part.from.max(self.after + 1);
        let to = part.to.min(self.before - 1);
        if from > to {
            return self.row().into_iter().collect();
        }
        let inside = part.events.iter().filter(|event| (from..=to).contains(&event.seq));
        let older = Self { after: self.after, before: from }.row();
        let newer = Self { after: to, before: self.before }.row();
        let messages = inside.map(|event| Row::Message(Arc::new(event.clone())));
        older.into_iter().chain(messages).chain(newer).collect()
    }

    pub(super) fn row(self) -> Option<Row> {
        (!self.is_empty()).then_some(Row::Gap(self))
    }
}
