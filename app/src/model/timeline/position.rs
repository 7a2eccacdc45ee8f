//! The position of a timeline in its log, from which a connection resumes.

use super::Timeline;
use crate::protocol::{DraftId, Event, Position, Timestamp};

/// An event that a position can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedEvent {
    seq: u64,
    draft: DraftId,
    /// `None` if an older server named the event.
    at: Option<Timestamp>,
}

impl Timeline {
    /// Returns the position of the newest applied event; `None` before the first subscription.
    pub fn position(&self) -> Option<Position> {
        let named = self.last_named.filter(|named| named.seq == self.last_seq);
        let draft = named.map(|named| named.draft);
        let at = named.and_then(|named| named.at);
        self.epoch.clone().map(|epoch| Position { epoch, seq: self.last_seq, draft, at })
    }

    /// Returns the position to resume from: the newest event whose draft id is known. Applied events after it come again and are
    /// ignored. Returns `None` while rows show changes newer than the position: a log restored from a backup may hold the
    /// position and lack those changes, which a resume would not notice.
    pub fn resume_position(&self) -> Option<Position> {
        let position =
            self.position().filter(|_| self.state_seq <= self.last_seq && self.replaced_edits.is_empty())?;
        match self.last_named {
            Some(NamedEvent { seq, draft, at }) => Some(Position { seq, draft: Some(draft), at, ..position }),
            None => Some(position),
        }
    }

    /// Records the draft id and the time of the event at the head, which need not be a message of the slice. A known event keeps its
    /// name; a time that an older server left out is added.
    pub fn set_head_event(&mut self, draft: Option<DraftId>, at: Option<Timestamp>) {
        let Some(draft) = draft else { return };
        match self.last_named.as_mut().filter(|named| named.seq == self.last_seq) {
            Some(named) if named.draft == draft => named.at = named.at.or(at),
            Some(_) => {}
            None => self.last_named = Some(NamedEvent { seq: self.last_seq, draft, at }),
        }
    }
}

pub(super) fn named(event: &Event) -> Option<NamedEvent> {
    let identity = event.identity()?;
    Some(NamedEvent { seq: event.seq, draft: identity.draft, at: Some(identity.at) })
}
