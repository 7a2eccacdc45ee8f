//! What stands in a timeline.

use std::sync::Arc;

use super::LogSlice;
use crate::protocol::{Event, Name};

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Row {
    /// A message of the log, as it stands.
    Message(Arc<Event>),
    /// A part of the log that was not asked for yet.
    Gap(Gap),
    /// Something that is no event; `n` tells notices apart.
    Notice {
        /// Counts the page's notices.
        n: u64,
        /// What it says.
        notice: Notice,
    },
}

/// Tells rows apart, and stays while a row changes. Another history may use a `seq` again, but not at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// When a message was said, and its `seq`.
    Message(u64, u64),
    /// The places around a hole.
    Gap(Gap),
    /// A notice's number.
    Notice(u64),
}

/// The events between two places are not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gap {
    /// The last `seq` before it; 0 for the beginning of the log.
    pub after: u64,
    /// The first `seq` after it.
    pub before: u64,
}

/// Something that happened besides the log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Notice {
    /// People came and left.
    Presence {
        /// These came.
        joined: Vec<Name>,
        /// These left.
        left: Vec<Name>,
    },
    /// Somebody gave the topic this title; or none any more.
    About(Name, String),
    /// So many messages came while the page was cut off; they stand above.
    CaughtUp(u64),
}

impl Row {
    /// What tells this row from others.
    pub fn key(&self) -> RowKey {
        match self {
            Self::Message(event) => RowKey::Message(event.at.0, event.seq),
            Self::Gap(gap) => RowKey::Gap(*gap),
            Self::Notice { n, .. } => RowKey::Notice(*n),
        }
    }

    /// The message, if it is one.
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

    /// The first place that this row stands for.
    pub(super) fn first_seq(&self) -> Option<u64> {
        match self {
            Self::Message(event) => Some(event.seq),
            Self::Gap(gap) => Some(gap.after + 1),
            Self::Notice { .. } => None,
        }
    }
}

impl Gap {
    /// How many events it holds.
    pub fn len(self) -> u64 {
        self.before.saturating_sub(self.after + 1)
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The rows that stand in its place once a part of the log is known: what is left of the hole, and messages.
    pub(super) fn split_by(self, part: &LogSlice) -> Vec<Row> {
        let (from, to) = (part.from.max(self.after + 1), part.to.min(self.before - 1));
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
