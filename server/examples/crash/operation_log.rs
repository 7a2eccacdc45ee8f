//! An author's operations, recorded before they are first sent, and their outcomes. Answers that contradict the record are
//! violations.

use std::collections::HashMap;

use app::protocol::{Action, DraftId, ErrorCode, UserId};

use crate::Violation;

/// The outcome of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Not answered yet.
    Open,
    /// Acknowledged with this `seq`.
    Stored(u64),
    /// Refused for good. The `seq`, where known, is that of an event that was stored later.
    Refused(ErrorCode, Option<u64>),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) draft: DraftId,
    pub(crate) operation: Action,
    pub(crate) outcome: Outcome,
    tries: u32,
    /// The number of the connection on which it was last sent.
    connection: u64,
    /// Its event was received.
    is_received: bool,
}

/// The drafts of one author. A draft's index is also its request's `ref`.
#[derive(Default)]
pub(crate) struct OperationLog {
    /// The author's id; `None` until the first `welcome`.
    pub(crate) user: Option<UserId>,
    pub(crate) entries: Vec<Entry>,
    indices: HashMap<DraftId, usize>,
    /// Refused drafts that no ack on this connection has followed yet.
    refused: Vec<usize>,
    /// The `seq` of the newest ack on this connection that was no duplicate.
    newest: u64,
}

impl OperationLog {
    /// Adds a draft and returns its index. Call it before the draft is first sent.
    pub(crate) fn add(&mut self, draft: DraftId, operation: Action) -> usize {
        let index = self.entries.len();
        self.indices.insert(draft, index);
        self.entries.push(Entry {
            draft,
            operation,
            outcome: Outcome::Open,
            tries: 0,
            connection: 0,
            is_received: false,
        });
        index
    }

    /// Returns the indices of the drafts that are not answered yet.
    pub(crate) fn open(&self) -> Vec<usize> {
        let from = self.entries.len().saturating_sub(64);
        (from..self.entries.len()).filter(|&index| self.entries[index].outcome == Outcome::Open).collect()
    }

    pub(crate) fn of(&self, draft: DraftId) -> Option<&Entry> {
        self.indices.get(&draft).map(|&index| &self.entries[index])
    }

    /// Resets the state that belongs to one connection.
    pub(crate) fn connected(&mut self) {
        self.refused.clear();
        self.newest = 0;
    }

    pub(crate) fn sent(&mut self, index: usize, connection: u64) {
        self.entries[index].tries += 1;
        self.entries[index].connection = connection;
    }

    /// Records an ack. An ack is final, and all acks of a draft name the same `seq`.
    pub(crate) fn acked(
        &mut self,
        index: usize,
        draft: DraftId,
        seq: u64,
        duplicate: bool,
    ) -> Result<(), Violation> {
        let entry = self.entries.get_mut(index).ok_or_else(|| format!("an ack of no request: {index}"))?;
        let wrong =
            |what: &str| Err(format!("{what}: an ack of {seq}, duplicate {duplicate}, for {entry:?}"));
        match entry.outcome {
            _ if entry.draft != draft => return wrong("another draft's ack"),
            Outcome::Stored(first) if first != seq => return wrong("another seq than before"),
            Outcome::Stored(_) if !duplicate => return wrong("stored twice"),
            Outcome::Refused(..) => return wrong("refused before"),
            Outcome::Open if duplicate && entry.tries < 2 => return wrong("the first try is no duplicate"),
            Outcome::Open if !duplicate && entry.is_received => {
                return wrong("its event came before it was stored");
            }
            Outcome::Open if !duplicate && seq <= self.newest => return wrong("acked out of order"),
            Outcome::Open | Outcome::Stored(_) => {}
        }
        entry.outcome = Outcome::Stored(seq);
        if !duplicate {
            self.newest = seq;
            for index in self.refused.drain(..) {
                if let Outcome::Refused(_, before) = &mut self.entries[index].outcome {
                    *before = Some(seq);
                }
            }
        }
        Ok(())
    }

    /// Records a refusal that no retry changes.
    pub(crate) fn refused(&mut self, index: usize, code: ErrorCode) -> Result<(), Violation> {
        let entry = self.entries.get_mut(index).ok_or_else(|| format!("a refusal of no request: {index}"))?;
        if entry.outcome != Outcome::Open || entry.is_received {
            return Err(format!("{code:?} for what was stored: {entry:?}"));
        }
        entry.outcome = Outcome::Refused(code, None);
        self.refused.push(index);
        Ok(())
    }

    /// Records an event of this author. It comes after its ack, unless an earlier connection had sent the draft.
    pub(crate) fn received(&mut self, draft: DraftId, seq: u64, connection: u64) -> Result<(), Violation> {
        let Some(&index) = self.indices.get(&draft) else {
            return Err(format!("event {seq} names this author and an unknown draft: {draft}"));
        };
        let entry = &mut self.entries[index];
        entry.is_received = true;
        match entry.outcome {
            Outcome::Stored(stored) if stored == seq => Ok(()),
            Outcome::Open if entry.tries > 1 || entry.connection != connection => Ok(()),
            Outcome::Open => Err(format!("event {seq} came before its ack: {entry:?}")),
            Outcome::Stored(_) | Outcome::Refused(..) => Err(format!("event {seq} came for {entry:?}")),
        }
    }
}
