//! The outbox: drafts in the order they were written, until the log has them.
//!
//! An entry has two states. [`Persistence`] says whether the browser has stored the draft: it is sent only after that (or
//! after storing has failed), so that a crash of the page loses nothing. [`SendState`] says how far it is on its way:
//!
//! ```text
//! push → Waiting → send_next → Sending → ack → Acknowledged → event arrives → removed
//!           ↑                     │ error that can be retried, or connection lost
//!           └─────────────────────┤
//!                                 └ other error → Refused → retry, edit or discard by the user
//! ```
//!
//! Only one draft is in flight at a time, so an author's messages keep their order even when one is refused or lost.
//! All tabs of a browser hold the same drafts, but only the tab with the send lock sends ([`Outbox::set_may_send`]). Pending
//! changes are shown before they are committed: [`Outbox::optimistic`] applies them to a message.

mod draft;
#[cfg(any(feature = "hydrate", test))]
mod journal_limits;
mod withdrawals;

pub use draft::{BaseRevision, Draft, DraftCommand, OutboxEntry, Persistence, SendState};
#[cfg(feature = "hydrate")]
pub(crate) use journal_limits::fits_in_journal;
pub use withdrawals::{ReactionKey, Withdrawals};

use crate::protocol::{Action, DraftId, Emoji, Event, Name, TopicName, UserId};

/// The drafts that are not committed yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<OutboxEntry>,
    /// Removed drafts: a read of the storage that began before the removal must not bring them back.
    removed: Vec<DraftId>,
    may_send: bool,
}

/// Returns the message with these pending changes applied. Refused changes are left out.
pub fn optimistic<'a>(message: &Event, changes: impl IntoIterator<Item = &'a OutboxEntry>) -> Event {
    let mut message = message.clone();
    let changes = changes.into_iter().filter(|entry| !matches!(entry.state, SendState::Refused(_)));
    for entry in changes {
        message.apply(&entry.draft.optimistic_event());
    }
    message
}

impl Outbox {
    /// Returns all entries in order.
    pub fn entries(&self) -> &[OutboxEntry] {
        &self.entries
    }

    /// Returns the pending changes of messages of a topic, each with the `seq` of its message.
    pub fn changes(&self, topic: &TopicName) -> impl Iterator<Item = (u64, &OutboxEntry)> {
        let of_topic = self.entries.iter().filter(move |entry| entry.draft.topic == *topic);
        of_topic.filter_map(|entry| Some((entry.draft.action.target()?, entry)))
    }

    /// Returns the message with all its pending changes applied.
    pub fn optimistic(&self, message: &Event) -> Event {
        optimistic(
            message,
            self.changes(&message.topic).filter(|(seq, _)| *seq == message.seq).map(|(_, entry)| entry),
        )
    }

    /// Returns a pending reaction with this emoji that no tab has sent. Toggling it again removes the draft instead of adding one.
    pub fn unsent_reaction(&self, topic: &TopicName, message: u64, emoji: &Emoji) -> Option<DraftId> {
        let is_it = |entry: &&OutboxEntry| match &entry.draft.action {
            Action::React { message: seq, emoji: with, .. } => {
                entry.draft.topic == *topic && *seq == message && with == emoji
            }
            _ => false,
        };
        let last = self.entries.iter().rev().find(is_it)?;
        (last.is_withdrawable() && last.persistence == Persistence::Stored).then_some(last.draft.id)
    }

    /// Returns the state of a message as this page shows it, pending changes included: the base of the next change.
    pub fn base_of(&self, message: &Event) -> BaseRevision {
        let of_text = |(seq, entry): &(u64, &OutboxEntry)| *seq == message.seq && entry.changes_text();
        let base_draft = self.changes(&message.topic).filter(of_text).last().map(|(_, entry)| entry.draft.id);
        BaseRevision { revision: message.revision(), base_draft }
    }

    /// Records that a draft was committed with this `seq`. Drafts based on it get that `seq` as their base revision; returns them,
    /// because the stored copies must change too.
    pub fn committed(&mut self, draft: DraftId, seq: u64) -> Vec<Draft> {
        let mut changed = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.draft.is_withdrawable()) {
            if entry.draft.base_draft == Some(draft) {
                entry.draft.rebase(BaseRevision { revision: seq, base_draft: None });
                changed.push(entry.draft.clone());
            }
        }
        changed
    }

    /// Returns the entry of this draft.
    pub fn get(&self, id: DraftId) -> Option<&OutboxEntry> {
        self.entries.iter().find(|entry| entry.draft.id == id)
    }

    /// Returns the order of a draft that is written now.
    pub fn next_order(&self, now_ms: u64) -> u64 {
        let last = self.entries.last().map_or(0, |entry| entry.draft.order);
        now_ms.saturating_mul(1_000).max(last.saturating_add(1))
    }

    /// Adds a new draft. It is sent once it is [stored](Self::set_persistence).
    pub fn push(&mut self, draft: Draft) {
        self.insert(OutboxEntry { draft, state: SendState::Waiting, persistence: Persistence::Pending });
    }

    /// Records whether the browser has stored a draft.
    pub fn set_persistence(&mut self, id: DraftId, persistence: Persistence) {
        if let Some(entry) = self.entry(id) {
            entry.persistence = persistence;
        }
    }

    /// Adds a draft from the browser's storage. An entry that exists stays as it is.
    pub fn add_stored(&mut self, draft: Draft) {
        if self.get(draft.id).is_none() {
            self.insert(OutboxEntry::stored(draft));
        }
    }

    /// Takes over the drafts that other tabs added, changed and removed. Returns whether anything changed.
    pub fn sync_with_storage(&mut self, stored: Vec<Draft>) -> bool {
        let before = self.entries.clone();
        let is_there = |id: DraftId| stored.iter().any(|draft| draft.id == id);
        self.entries.retain(|entry| {
            let under_way = matches!(entry.state, SendState::Sending | SendState::Acknowledged(_));
            entry.persistence != Persistence::Stored || under_way || is_there(entry.draft.id)
        });
        for draft in stored {
            if let Some(entry) = self.entry(draft.id) {
                entry.sync_with_storage(draft);
            } else if !self.removed.contains(&draft.id) {
                self.add_stored(draft);
            }
        }
        self.entries != before
    }

    /// Adds drafts of the browser's journal that this page lacks. Returns whether there were any.
    pub fn recover(&mut self, journaled: Vec<Draft>) -> bool {
        let before = self.entries.len();
        for draft in journaled {
            if !self.removed.contains(&draft.id) {
                self.add_stored(draft);
            }
        }
        self.entries.len() != before
    }

    /// Removes a draft that is committed or discarded. Returns whether it existed.
    pub fn remove(&mut self, id: DraftId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.draft.id != id);
        let was_there = self.entries.len() != before;
        if was_there {
            self.removed.push(id);
        }
        was_there
    }

    /// Sets whether this tab may send, i.e. holds the send lock of its browser.
    pub fn set_may_send(&mut self, may: bool) {
        self.may_send = may;
    }

    /// Whether this person has a draft to send, so that the send lock is needed.
    pub fn has_pending(&self, user: UserId) -> bool {
        self.entries.iter().any(|entry| entry.is_pending_for(user))
    }

    /// Returns the next draft of this person to send and marks it as sent. Returns `None` while another draft is in flight, while the
    /// next one is not stored yet, and for topics that have to wait.
    pub fn send_next(&mut self, user: UserId, waits: impl Fn(&TopicName) -> bool) -> Option<Draft> {
        if !self.may_send || self.entries.iter().any(|entry| entry.state == SendState::Sending) {
            return None;
        }
        let is_next = |entry: &&mut OutboxEntry| {
            entry.state == SendState::Waiting && entry.belongs_to(user) && !waits(&entry.draft.topic)
        };
        let entry = self
            .entries
            .iter_mut()
            .find(is_next)
            .filter(|entry| entry.persistence != Persistence::Pending)?;
        entry.state = SendState::Sending;
        entry.draft.was_sent = true;
        Some(entry.draft.clone())
    }

    /// Sets the state of a draft. A refusal is also recorded in the draft itself, which the browser stores.
    pub fn mark(&mut self, id: DraftId, state: SendState) {
        if let Some(entry) = self.entry(id) {
            entry.draft.refusal = match &state {
                SendState::Refused(why) => Some(why.clone()),
                _ => None,
            };
            entry.state = state;
        }
    }

    /// Sends a refused draft again, based on the current state of its message.
    pub fn retry(&mut self, id: DraftId, now: Option<BaseRevision>) {
        self.mark(id, SendState::Waiting);
        if let (Some(entry), Some(now)) = (self.entry(id), now) {
            entry.draft.rebase(now);
        }
    }

    /// Makes this person the author of a draft.
    pub fn adopt(&mut self, id: DraftId, user: UserId, name: Name) {
        if let Some(entry) = self.entry(id) {
            entry.draft.author = user;
            entry.draft.name = Some(name);
        }
    }

    /// Returns drafts in flight to the queue when the connection is lost. They keep their id, so a retry is not stored twice.
    pub fn disconnected(&mut self) {
        for entry in &mut self.entries {
            if matches!(entry.state, SendState::Sending | SendState::Acknowledged(_)) {
                entry.state = SendState::Waiting;
            }
        }
    }

    fn insert(&mut self, entry: OutboxEntry) {
        let at = self.entries.partition_point(|other| other.draft.order <= entry.draft.order);
        self.entries.insert(at, entry);
    }

    fn entry(&mut self, id: DraftId) -> Option<&mut OutboxEntry> {
        self.entries.iter_mut().find(|entry| entry.draft.id == id)
    }
}

#[cfg(test)]
mod tests;
