//! What the page still owes the server: drafts, in the order they were written, until the log has them.
//!
//! One is under way at a time, so one author's messages keep their order whatever is refused or lost in between; and
//! one tab sends at a time, whatever others hold the same drafts.

mod draft;
#[cfg(any(feature = "hydrate", test))]
mod journal_limits;

use std::collections::HashSet;

pub use draft::{Action, BaseRevision, Draft, DraftCommand, OutboxEntry, Persistence, SendState};
#[cfg(feature = "hydrate")]
pub(crate) use journal_limits::fits_in_journal;

use crate::protocol::{DraftId, Emoji, Event, Name, TopicName, UserId};

/// The drafts that the log does not have yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<OutboxEntry>,
    /// What was here once and is not any more: a look at the storage that came late does not bring it back.
    removed: HashSet<DraftId>,
    may_send: bool,
}

/// A message once these changes are in the log; what was refused changes nothing.
pub fn optimistic<'a>(message: &Event, changes: impl IntoIterator<Item = &'a OutboxEntry>) -> Event {
    let mut message = message.clone();
    let changes = changes.into_iter().filter(|entry| !matches!(entry.state, SendState::Refused(_)));
    for entry in changes {
        message.apply(&entry.draft.optimistic_event());
    }
    message
}

impl Outbox {
    /// Everything in it, in order.
    pub fn entries(&self) -> &[OutboxEntry] {
        &self.entries
    }

    /// What is to be changed in a topic, with the `seq` of the message that it is about.
    pub fn changes(&self, topic: &TopicName) -> impl Iterator<Item = (u64, &OutboxEntry)> {
        let of_topic = self.entries.iter().filter(move |entry| entry.draft.topic == *topic);
        of_topic.filter_map(|entry| Some((entry.draft.action.target()?, entry)))
    }

    /// A message once all that is to be changed in it is in the log.
    pub fn optimistic(&self, message: &Event) -> Event {
        optimistic(
            message,
            self.changes(&message.topic).filter(|(seq, _)| *seq == message.seq).map(|(_, entry)| entry),
        )
    }

    /// A reaction that nobody has sent yet, if there is one: whoever thinks better of it takes it out.
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

    /// What of a message this page shows, drafts included.
    pub fn base_of(&self, message: &Event) -> BaseRevision {
        let of_text = |(seq, entry): &(u64, &OutboxEntry)| *seq == message.seq && entry.changes_text();
        let base_draft = self.changes(&message.topic).filter(of_text).last().map(|(_, entry)| entry.draft.id);
        BaseRevision { revision: message.revision(), base_draft }
    }

    /// The log has a draft at this place: that is what later changes were made of. Says which drafts that changed.
    pub fn committed(&mut self, draft: DraftId, seq: u64) -> Vec<Draft> {
        let mut changed = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.draft.is_withdrawable()) {
            if let Some(base) = entry.draft.action.base_mut().filter(|base| base.base_draft == Some(draft)) {
                *base = BaseRevision { revision: seq, base_draft: None };
                changed.push(entry.draft.clone());
            }
        }
        changed
    }

    /// The draft with this id.
    pub fn get(&self, id: DraftId) -> Option<&OutboxEntry> {
        self.entries.iter().find(|entry| entry.draft.id == id)
    }

    /// The place of a draft that is written now.
    pub fn next_order(&self, now_ms: u64) -> u64 {
        let last = self.entries.last().map_or(0, |entry| entry.draft.order);
        now_ms.saturating_mul(1_000).max(last.saturating_add(1))
    }

    /// Takes in what was written just now. It is sent once it is [kept](Self::set_persistence).
    pub fn push(&mut self, draft: Draft) {
        self.insert(OutboxEntry { draft, state: SendState::Waiting, persistence: Persistence::Pending });
    }

    /// The browser stored a draft, or would not.
    pub fn set_persistence(&mut self, id: DraftId, persistence: Persistence) {
        if let Some(entry) = self.entry(id) {
            entry.persistence = persistence;
        }
    }

    /// Takes in a draft that the browser has stored. One that is there already stays as it is.
    pub fn add_stored(&mut self, draft: Draft) {
        if self.get(draft.id).is_none() {
            self.insert(OutboxEntry::stored(draft));
        }
    }

    /// Follows what the browser has stored: what other tabs wrote, changed and took out. Says whether anything changed.
    pub fn sync_with_storage(&mut self, stored: Vec<Draft>) -> bool {
        let before = self.entries.clone();
        let there: HashSet<DraftId> = stored.iter().map(|draft| draft.id).collect();
        self.entries.retain(|entry| {
            let under_way = matches!(entry.state, SendState::Sending | SendState::Acknowledged(_));
            entry.persistence != Persistence::Stored || under_way || there.contains(&entry.draft.id)
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

    /// Takes up drafts that the browser's journal has and this page lacks. Returns whether there were any.
    pub fn recover(&mut self, jotted: Vec<Draft>) -> bool {
        let before = self.entries.len();
        for draft in jotted {
            if !self.removed.contains(&draft.id) {
                self.add_stored(draft);
            }
        }
        self.entries.len() != before
    }

    /// Takes a draft out: the log has it, or its author gave it up. Says whether it was there.
    pub fn remove(&mut self, id: DraftId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.draft.id != id);
        let was_there = self.entries.len() != before;
        if was_there {
            self.removed.insert(id);
        }
        was_there
    }

    /// Whether this tab may send: it has its turn among the tabs of its person.
    pub fn set_may_send(&mut self, may: bool) {
        self.may_send = may;
    }

    /// Whether a turn to send is of any use to this person.
    pub fn has_pending(&self, user: UserId) -> bool {
        self.entries.iter().any(|entry| entry.is_pending_for(user))
    }

    /// The next draft of this person to send, now marked as sent; none while another is under way, one before it is not
    /// kept yet, or its topic has to wait.
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

    /// Moves a draft on. A refusal belongs to what the browser keeps of it.
    pub fn mark(&mut self, id: DraftId, state: SendState) {
        if let Some(entry) = self.entry(id) {
            entry.draft.refusal = match &state {
                SendState::Refused(why) => Some(why.clone()),
                _ => None,
            };
            entry.state = state;
        }
    }

    /// Tries a refused draft again, for what is shown now of the message that it is about.
    pub fn retry(&mut self, id: DraftId, now: Option<BaseRevision>) {
        self.mark(id, SendState::Waiting);
        let base = self.entry(id).and_then(|entry| entry.draft.action.base_mut());
        if let (Some(base), Some(now)) = (base, now) {
            *base = now;
        }
    }

    /// Makes a draft this person's, under their name.
    pub fn adopt(&mut self, id: DraftId, user: UserId, name: Name) {
        if let Some(entry) = self.entry(id) {
            entry.draft.author = user;
            entry.draft.name = Some(name);
        }
    }

    /// The connection is gone: what was under way waits again, under the same id.
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
