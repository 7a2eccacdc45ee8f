//! What the page still owes the server: drafts, in the order they were written, until the log has them.
//!
//! One is under way at a time, so one author's messages keep their order whatever is refused or lost in between.

use serde::{Deserialize, Serialize};

use crate::protocol::{DraftId, TopicName};

/// Something a person wants to say. It is kept in the browser before the first try to send it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Draft {
    /// Its name, the same for every try.
    pub id: DraftId,
    /// Where it is to be said.
    pub topic: TopicName,
    /// The text.
    pub body: String,
    /// When it was written, in milliseconds since 1970 by the browser's clock: only for the order of drafts.
    pub written_at: u64,
}

/// How far a draft has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Not on its way: no connection, or others go first.
    Waiting,
    /// Sent; no answer yet.
    Sending,
    /// On the server's disk at this place; the event itself is about to come.
    Stored(u64),
    /// Refused for good; the text says why and what to do.
    Refused(String),
}

/// A draft and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The draft.
    pub draft: Draft,
    /// How far it has come.
    pub progress: Progress,
}

/// The drafts that the log does not have yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<Entry>,
}

impl Outbox {
    /// Everything in it, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Takes a draft in. One that is there already stays as it is.
    pub fn add(&mut self, draft: Draft) {
        if self.entry(draft.id).is_none() {
            self.entries.push(Entry { draft, progress: Progress::Waiting });
        }
    }

    /// Takes a draft out: the log has it, or its author gave it up. Says whether it was there.
    pub fn remove(&mut self, id: DraftId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.draft.id != id);
        self.entries.len() != before
    }

    /// The next draft to send, now marked as sent; none while another is under way.
    pub fn send_next(&mut self) -> Option<Draft> {
        if self.entries.iter().any(|entry| entry.progress == Progress::Sending) {
            return None;
        }
        let entry = self.entries.iter_mut().find(|entry| entry.progress == Progress::Waiting)?;
        entry.progress = Progress::Sending;
        Some(entry.draft.clone())
    }

    /// Moves a draft on.
    pub fn mark(&mut self, id: DraftId, progress: Progress) {
        if let Some(entry) = self.entry(id) {
            entry.progress = progress;
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

    fn entry(&mut self, id: DraftId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.draft.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(body: &str) -> Draft {
        Draft { id: DraftId::random(), topic: "lobby".parse().unwrap(), body: body.into(), written_at: 0 }
    }

    #[test]
    fn one_draft_is_under_way_at_a_time_in_order() {
        let (first, second) = (draft("1"), draft("2"));
        let mut outbox = Outbox::default();
        outbox.add(first.clone());
        outbox.add(second.clone());
        assert_eq!(outbox.send_next(), Some(first.clone()));
        assert_eq!(outbox.send_next(), None);
        outbox.mark(first.id, Progress::Stored(7));
        assert_eq!(outbox.send_next(), Some(second));
    }

    #[test]
    fn a_lost_connection_sends_the_same_draft_again() {
        let only = draft("1");
        let mut outbox = Outbox::default();
        outbox.add(only.clone());
        assert_eq!(outbox.send_next().unwrap().id, only.id);
        outbox.connection_lost();
        assert_eq!(outbox.send_next().unwrap().id, only.id);
    }

    #[test]
    fn a_refused_draft_stays_and_lets_the_next_go() {
        let (first, second) = (draft("1"), draft("2"));
        let mut outbox = Outbox::default();
        outbox.add(first.clone());
        outbox.add(second.clone());
        outbox.send_next();
        outbox.mark(first.id, Progress::Refused("too long".into()));
        assert_eq!(outbox.send_next(), Some(second));
        assert_eq!(outbox.entries().len(), 2);
        assert!(outbox.remove(first.id));
        assert!(!outbox.remove(first.id));
    }

    #[test]
    fn adding_twice_keeps_one() {
        let only = draft("1");
        let mut outbox = Outbox::default();
        outbox.add(only.clone());
        outbox.add(only);
        assert_eq!(outbox.entries().len(), 1);
    }
}
