//! An author's operations, recorded before they are first sent, and their outcomes. Answers that contradict the record are
//! violations.

use std::{collections::HashMap, time::Instant};

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
    /// Refused for good, and verified against a history that a restore has replaced since.
    Settled,
    /// Acknowledged in a history that a restore has replaced by an older one. It is not sent again.
    Lost,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) draft: DraftId,
    pub(crate) operation: Action,
    pub(crate) outcome: Outcome,
    tries: u32,
    /// Of these, the number on the last connection.
    tries_on_connection: u32,
    /// The number of the connection on which it was last sent.
    connection: u64,
    /// When it was last sent.
    pub(crate) sent_at: Instant,
    /// The server to which it was sent first.
    pub(crate) first_node: usize,
    /// Its `seq` must be higher: an event with this one was known before it was first sent.
    pub(crate) floor: u64,
    /// The first word of the text that it replaces or removes.
    pub(crate) replaces: Option<String>,
    /// Its event was received.
    is_received: bool,
    /// It was last sent when the server already had to refuse it.
    must_be_refused: bool,
    /// It changes a message or topic of a history that a restore has replaced while the draft was open. Any refusal is right.
    pub(crate) is_dangling: bool,
}

/// An attempt to send a draft.
pub(crate) struct Attempt {
    /// The number of the connection.
    pub(crate) connection: u64,
    /// The number of the server.
    pub(crate) node: usize,
    pub(crate) at: Instant,
    /// The server must not store it.
    pub(crate) must_be_refused: bool,
    /// The newest event of the topic that anybody knows of.
    pub(crate) floor: u64,
}

/// The drafts of one author in one topic. A draft's index is part of its request's `ref`.
#[derive(Default)]
pub(crate) struct OperationLog {
    /// The author's id; `None` until the first `welcome`.
    pub(crate) user: Option<UserId>,
    /// Answers and events come over one connection, so each ack precedes its event and acks come in the order of `seq`.
    is_ordered: bool,
    pub(crate) entries: Vec<Entry>,
    indices: HashMap<DraftId, usize>,
    /// Refused drafts that no ack on this connection has followed yet.
    refused: Vec<usize>,
    /// The `seq` of the newest ack on this connection that was no duplicate.
    newest: u64,
    /// The highest `seq` of all acks in the present history.
    pub(crate) acked_head: u64,
}

impl Entry {
    /// Whether an answer on the last connection can only answer the last attempt.
    pub(crate) fn is_first_try_on_connection(&self) -> bool {
        self.tries_on_connection == 1
    }
}

impl OperationLog {
    pub(crate) fn new(is_ordered: bool) -> Self {
        Self { is_ordered, ..Self::default() }
    }

    /// Adds a draft and returns its index. Call it before the draft is first sent. `replaces` is the first word of the text that it
    /// replaces or removes.
    pub(crate) fn add(&mut self, draft: DraftId, operation: Action, replaces: Option<String>) -> usize {
        let index = self.entries.len();
        self.indices.insert(draft, index);
        self.entries.push(Entry {
            draft,
            operation,
            outcome: Outcome::Open,
            tries: 0,
            tries_on_connection: 0,
            connection: 0,
            sent_at: Instant::now(),
            first_node: 0,
            floor: 0,
            replaces,
            is_received: false,
            must_be_refused: false,
            is_dangling: false,
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

    /// Records an attempt.
    pub(crate) fn sent(&mut self, index: usize, attempt: Attempt) {
        let entry = &mut self.entries[index];
        if entry.tries == 0 {
            entry.first_node = attempt.node;
            entry.floor = attempt.floor;
        }
        entry.tries += 1;
        if entry.connection != attempt.connection {
            entry.tries_on_connection = 0;
        }
        entry.tries_on_connection += 1;
        entry.connection = attempt.connection;
        entry.sent_at = attempt.at;
        entry.must_be_refused = attempt.must_be_refused && entry.outcome == Outcome::Open;
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
            Outcome::Refused(..) | Outcome::Settled | Outcome::Lost => {
                return wrong("refused or lost before");
            }
            Outcome::Open if duplicate && entry.tries < 2 => return wrong("the first try is no duplicate"),
            Outcome::Open if !duplicate && entry.must_be_refused => {
                return wrong("stored after the server had begun to refuse");
            }
            Outcome::Open if !duplicate && entry.is_received && self.is_ordered => {
                return wrong("its event came before it was stored");
            }
            Outcome::Open if !duplicate && seq <= self.newest && self.is_ordered => {
                return wrong("acked out of order");
            }
            Outcome::Open if seq <= entry.floor => {
                return wrong("an event with a higher `seq` was known before it was sent");
            }
            Outcome::Open | Outcome::Stored(_) => {}
        }
        entry.outcome = Outcome::Stored(seq);
        self.acked_head = self.acked_head.max(seq);
        if !duplicate && self.is_ordered {
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
            Outcome::Open if entry.tries > 1 || entry.connection != connection || !self.is_ordered => Ok(()),
            Outcome::Open => Err(format!("event {seq} came before its ack: {entry:?}")),
            Outcome::Stored(_) | Outcome::Refused(..) | Outcome::Settled | Outcome::Lost => {
                Err(format!("event {seq} came for {entry:?}"))
            }
        }
    }

    /// Continues from a restored log, in which each stored draft has the `seq` that `stored` returns. Drafts without an answer
    /// stay open: they are sent again.
    pub(crate) fn restored(&mut self, stored: impl Fn(DraftId) -> Option<u64>) {
        for entry in &mut self.entries {
            let seq = stored(entry.draft);
            entry.floor = 0;
            entry.is_received &= seq.is_some();
            let changes_something = !matches!(entry.operation, Action::Publish { .. });
            entry.is_dangling |= entry.outcome == Outcome::Open && changes_something;
            entry.outcome = match (entry.outcome, seq) {
                (Outcome::Open, _) => Outcome::Open,
                (_, Some(seq)) => Outcome::Stored(seq),
                (Outcome::Stored(_) | Outcome::Lost, None) => Outcome::Lost,
                (Outcome::Refused(..) | Outcome::Settled, None) => Outcome::Settled,
            };
        }
        self.connected();
        self.acked_head = 0;
    }
}
