//! What the page still owes the server: drafts, in the order they were written, until the log has them.
//!
//! One is under way at a time, so one author's messages keep their order whatever is refused or lost in between; and
//! one tab sends at a time, whatever others hold the same drafts.

mod draft;
#[cfg(any(feature = "hydrate", test))]
mod room;

use std::collections::HashSet;

pub use draft::{Deed, Draft, Entry, Kept, Offer, Progress, Seen};
#[cfg(feature = "hydrate")]
pub(crate) use room::has_room;

use crate::protocol::{DraftId, Emoji, Event, Name, TopicName, UserId};

/// The drafts that the log does not have yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<Entry>,
    /// What was here once and is not any more: a look at the storage that came late does not bring it back.
    gone: HashSet<DraftId>,
    may_send: bool,
}

/// A message once these changes are in the log; what was refused changes nothing.
pub fn foreseen<'a>(message: &Event, changes: impl IntoIterator<Item = &'a Entry>) -> Event {
    let mut message = message.clone();
    let changes = changes.into_iter().filter(|entry| !matches!(entry.progress, Progress::Refused(_)));
    for entry in changes {
        message.apply(&entry.draft.foreseen());
    }
    message
}

impl Outbox {
    /// Everything in it, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is to be changed in a topic, with the `seq` of the message that it is about.
    pub fn changes(&self, topic: &TopicName) -> impl Iterator<Item = (u64, &Entry)> {
        let of_topic = self.entries.iter().filter(move |entry| entry.draft.topic == *topic);
        of_topic.filter_map(|entry| Some((entry.draft.deed.target()?, entry)))
    }

    /// A message once all that is to be changed in it is in the log.
    pub fn foreseen(&self, message: &Event) -> Event {
        foreseen(
            message,
            self.changes(&message.topic).filter(|(seq, _)| *seq == message.seq).map(|(_, entry)| entry),
        )
    }

    /// A reaction that nobody has sent yet, if there is one: whoever thinks better of it takes it out.
    pub fn free_reaction(&self, topic: &TopicName, message: u64, emoji: &Emoji) -> Option<DraftId> {
        let is_it = |entry: &&Entry| match &entry.draft.deed {
            Deed::React { message: seq, emoji: with, .. } => {
                entry.draft.topic == *topic && *seq == message && with == emoji
            }
            _ => false,
        };
        let last = self.entries.iter().rev().find(is_it)?;
        (last.is_free() && last.kept == Kept::Stored).then_some(last.draft.id)
    }

    /// What of a message this page shows, drafts included.
    pub fn seen(&self, message: &Event) -> Seen {
        let of_text = |(seq, entry): &(u64, &Entry)| *seq == message.seq && entry.changes_text();
        let upon = self.changes(&message.topic).filter(of_text).last().map(|(_, entry)| entry.draft.id);
        Seen { revision: message.revision(), upon }
    }

    /// The log has a draft at this place: that is what later changes were made of. Says which drafts that changed.
    pub fn landed(&mut self, draft: DraftId, seq: u64) -> Vec<Draft> {
        let mut changed = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.draft.is_free()) {
            if let Some(seen) = entry.draft.deed.seen_mut().filter(|seen| seen.upon == Some(draft)) {
                *seen = Seen { revision: seq, upon: None };
                changed.push(entry.draft.clone());
            }
        }
        changed
    }

    /// The draft with this id.
    pub fn get(&self, id: DraftId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.draft.id == id)
    }

    /// The place of a draft that is written now.
    pub fn next_place(&self, now_ms: u64) -> u64 {
        let last = self.entries.last().map_or(0, |entry| entry.draft.place);
        now_ms.saturating_mul(1_000).max(last.saturating_add(1))
    }

    /// Takes in what was written just now. It is sent once it is [kept](Self::kept).
    pub fn write(&mut self, draft: Draft) {
        self.insert(Entry { draft, progress: Progress::Waiting, kept: Kept::Soon });
    }

    /// The browser stored a draft, or would not.
    pub fn kept(&mut self, id: DraftId, kept: Kept) {
        if let Some(entry) = self.entry(id) {
            entry.kept = kept;
        }
    }

    /// Takes in a draft that the browser has stored. One that is there already stays as it is.
    pub fn add(&mut self, draft: Draft) {
        if self.get(draft.id).is_none() {
            self.insert(Entry::stored(draft));
        }
    }

    /// Follows what the browser has stored: what other tabs wrote, changed and took out. Says whether anything changed.
    pub fn follow(&mut self, stored: Vec<Draft>) -> bool {
        let before = self.entries.clone();
        let there: HashSet<DraftId> = stored.iter().map(|draft| draft.id).collect();
        self.entries.retain(|entry| {
            let under_way = matches!(entry.progress, Progress::Sending | Progress::Stored(_));
            entry.kept != Kept::Stored || under_way || there.contains(&entry.draft.id)
        });
        for draft in stored {
            if let Some(entry) = self.entry(draft.id) {
                entry.follow(draft);
            } else if !self.gone.contains(&draft.id) {
                self.add(draft);
            }
        }
        self.entries != before
    }

    /// Takes up drafts that the browser's journal has and this page lacks. Returns whether there were any.
    pub fn recover(&mut self, jotted: Vec<Draft>) -> bool {
        let before = self.entries.len();
        for draft in jotted {
            if !self.gone.contains(&draft.id) {
                self.add(draft);
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
            self.gone.insert(id);
        }
        was_there
    }

    /// Whether this tab may send: it has its turn among the tabs of its person.
    pub fn may_send(&mut self, may: bool) {
        self.may_send = may;
    }

    /// Whether a turn to send is of any use to this person.
    pub fn owes(&self, user: UserId) -> bool {
        self.entries.iter().any(|entry| entry.is_owed_by(user))
    }

    /// The next draft of this person to send, now marked as sent; none while another is under way, one before it is not
    /// kept yet, or its topic has to wait.
    pub fn send_next(&mut self, user: UserId, waits: impl Fn(&TopicName) -> bool) -> Option<Draft> {
        if !self.may_send || self.entries.iter().any(|entry| entry.progress == Progress::Sending) {
            return None;
        }
        let is_next = |entry: &&mut Entry| {
            entry.progress == Progress::Waiting && entry.is_of(user) && !waits(&entry.draft.topic)
        };
        let entry = self.entries.iter_mut().find(is_next).filter(|entry| entry.kept != Kept::Soon)?;
        entry.progress = Progress::Sending;
        entry.draft.tried = true;
        Some(entry.draft.clone())
    }

    /// Moves a draft on. A refusal belongs to what the browser keeps of it.
    pub fn mark(&mut self, id: DraftId, progress: Progress) {
        if let Some(entry) = self.entry(id) {
            entry.draft.refused = match &progress {
                Progress::Refused(why) => Some(why.clone()),
                _ => None,
            };
            entry.progress = progress;
        }
    }

    /// Tries a refused draft again, for what is shown now of the message that it is about.
    pub fn retry(&mut self, id: DraftId, now: Option<Seen>) {
        self.mark(id, Progress::Waiting);
        let seen = self.entry(id).and_then(|entry| entry.draft.deed.seen_mut());
        if let (Some(seen), Some(now)) = (seen, now) {
            *seen = now;
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
    pub fn connection_lost(&mut self) {
        for entry in &mut self.entries {
            if matches!(entry.progress, Progress::Sending | Progress::Stored(_)) {
                entry.progress = Progress::Waiting;
            }
        }
    }

    fn insert(&mut self, entry: Entry) {
        let at = self.entries.partition_point(|other| other.draft.place <= entry.draft.place);
        self.entries.insert(at, entry);
    }

    fn entry(&mut self, id: DraftId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.draft.id == id)
    }
}

#[cfg(test)]
mod tests;
