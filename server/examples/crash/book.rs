//! What an author wanted, kept before the first try, and what came of it.

use std::collections::HashMap;

use app::protocol::{DraftId, ErrorCode, UserId};

use crate::{Violation, wish::Wish};

/// What came of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody knows yet.
    Open,
    /// It was acknowledged.
    Stored(u64),
    /// It was refused for good, before the event with this `seq` was stored, where that is known.
    Refused(ErrorCode, Option<u64>),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) draft: DraftId,
    pub(crate) wish: Wish,
    pub(crate) fate: Fate,
    /// How often it was sent.
    tries: u32,
    /// The connection on which it was sent last.
    connection: u64,
    /// Its event was heard.
    heard: bool,
}

/// One author's drafts. A request's number is its place here.
#[derive(Default)]
pub(crate) struct Book {
    /// Who the author is; none until the first welcome.
    pub(crate) user: Option<UserId>,
    pub(crate) entries: Vec<Entry>,
    places: HashMap<DraftId, usize>,
    /// Refused, with no later ack on this connection yet.
    refused: Vec<usize>,
    /// The newest fresh ack on this connection.
    newest: u64,
}

impl Book {
    /// Keeps a draft before it is sent for the first time.
    pub(crate) fn keep(&mut self, draft: DraftId, wish: Wish) -> usize {
        let place = self.entries.len();
        self.places.insert(draft, place);
        self.entries.push(Entry { draft, wish, fate: Fate::Open, tries: 0, connection: 0, heard: false });
        place
    }

    pub(crate) fn open(&self) -> Vec<usize> {
        let from = self.entries.len().saturating_sub(64);
        (from..self.entries.len()).filter(|&place| self.entries[place].fate == Fate::Open).collect()
    }

    pub(crate) fn of(&self, draft: DraftId) -> Option<&Entry> {
        self.places.get(&draft).map(|&place| &self.entries[place])
    }

    /// Another connection begins.
    pub(crate) fn connected(&mut self) {
        self.refused.clear();
        self.newest = 0;
    }

    pub(crate) fn sent(&mut self, place: usize, connection: u64) {
        self.entries[place].tries += 1;
        self.entries[place].connection = connection;
    }

    /// An ack came. It is final, and a draft has one place.
    pub(crate) fn acked(
        &mut self,
        place: usize,
        draft: DraftId,
        seq: u64,
        duplicate: bool,
    ) -> Result<(), Violation> {
        let entry = self.entries.get_mut(place).ok_or_else(|| format!("an ack of no request: {place}"))?;
        let wrong =
            |what: &str| Err(format!("{what}: an ack of {seq}, duplicate {duplicate}, for {entry:?}"));
        match entry.fate {
            _ if entry.draft != draft => return wrong("another draft's ack"),
            Fate::Stored(first) if first != seq => return wrong("another place than before"),
            Fate::Stored(_) if !duplicate => return wrong("stored twice"),
            Fate::Refused(..) => return wrong("refused before"),
            Fate::Open if duplicate && entry.tries < 2 => return wrong("the first try is no duplicate"),
            Fate::Open if !duplicate && entry.heard => return wrong("its event came before it was stored"),
            Fate::Open if !duplicate && seq <= self.newest => return wrong("acked out of order"),
            Fate::Open | Fate::Stored(_) => {}
        }
        entry.fate = Fate::Stored(seq);
        if !duplicate {
            self.newest = seq;
            for place in self.refused.drain(..) {
                if let Fate::Refused(_, before) = &mut self.entries[place].fate {
                    *before = Some(seq);
                }
            }
        }
        Ok(())
    }

    /// A refusal came that no later try changes.
    pub(crate) fn refused(&mut self, place: usize, code: ErrorCode) -> Result<(), Violation> {
        let entry = self.entries.get_mut(place).ok_or_else(|| format!("a refusal of no request: {place}"))?;
        if entry.fate != Fate::Open || entry.heard {
            return Err(format!("{code:?} for what was stored: {entry:?}"));
        }
        entry.fate = Fate::Refused(code, None);
        self.refused.push(place);
        Ok(())
    }

    /// An own event came: after its ack, unless an earlier connection had sent it.
    pub(crate) fn heard(&mut self, draft: DraftId, seq: u64, connection: u64) -> Result<(), Violation> {
        let Some(&place) = self.places.get(&draft) else {
            return Err(format!("event {seq} is said to be ours, and is not: {draft}"));
        };
        let entry = &mut self.entries[place];
        entry.heard = true;
        match entry.fate {
            Fate::Stored(stored) if stored == seq => Ok(()),
            Fate::Open if entry.tries > 1 || entry.connection != connection => Ok(()),
            Fate::Open => Err(format!("event {seq} came before its ack: {entry:?}")),
            Fate::Stored(_) | Fate::Refused(..) => Err(format!("event {seq} came for {entry:?}")),
        }
    }
}
