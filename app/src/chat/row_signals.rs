//! What the rows of the log follow. Each has signals of its own, set when something of it is another: were it a value that
//! follows from the conversation, every row would look it up again with every event.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use leptos::prelude::*;

use super::Chat;
use crate::{
    model::{
        conversation::Conversation,
        outbox::OutboxEntry,
        timeline::{Row, RowStyle},
    },
    protocol::Event,
};

/// What a message's row follows.
#[derive(Clone, Copy)]
pub struct RowSignals {
    /// The message, as it stands.
    pub event: RwSignal<Arc<Event>>,
    /// How it looks beside the one before it.
    pub look: RwSignal<RowStyle>,
    /// What the visitor changes in it and the log does not have yet.
    pub changes: RwSignal<Vec<OutboxEntry>>,
}

/// All that rows follow, of the topic that is shown.
#[derive(Default)]
pub(super) struct RowRegistry {
    /// By their messages' `seq`, with the looks that they have.
    rows: HashMap<u64, (RowSignals, RowStyle)>,
    /// Messages that others answer.
    answered: Vec<(u64, RwSignal<Option<Arc<Event>>>)>,
    /// What the visitor changes.
    changes: HashMap<u64, Vec<OutboxEntry>>,
    /// Of the timeline when answered messages were looked up last.
    shape: u64,
}

/// What is another since the rows were told last.
struct News {
    events: Vec<Arc<Event>>,
    changes: HashMap<u64, Vec<OutboxEntry>>,
    shape: u64,
}

impl Chat {
    /// A message that follows its changes for as long as whoever asked is shown.
    pub fn follow(self, event: Arc<Event>) -> RowSignals {
        let seq = event.seq;
        let look = self.looks.with_untracked(|looks| look_of(looks, seq));
        let changes = self.conversation.with_untracked(|c| by_message(c).remove(&seq)).unwrap_or_default();
        let followed = RowSignals {
            event: RwSignal::new(event),
            look: RwSignal::new(look),
            changes: RwSignal::new(changes),
        };
        self.followers.update_value(|all| {
            all.rows.insert(seq, (followed, look));
        });
        followed
    }

    /// The message at a place, as it stands, for as long as whoever asked is shown; none while it is not loaded.
    pub fn message(self, seq: u64) -> RwSignal<Option<Arc<Event>>> {
        let message = RwSignal::new(self.conversation.with_untracked(|c| c.current().message(seq).cloned()));
        self.followers.update_value(|all| all.answered.push((seq, message)));
        message
    }

    /// Tells the rows what has changed. To be run in an effect.
    pub fn refresh(self) {
        self.conversation.track();
        let news = self.conversation.try_write_untracked().map(|mut c| News {
            events: c.current_mut().timeline.take_changed(),
            changes: by_message(&c),
            shape: c.current().timeline.layout_version(),
        });
        let Some(news) = news else { return };
        // What is told runs nothing of a row at once, so nobody follows or leaves meanwhile.
        self.followers.update_value(|all| {
            all.tell(&news.events);
            all.tell_changes(news.changes);
            self.looks.with(|looks| all.tell_looks(looks));
            if std::mem::replace(&mut all.shape, news.shape) != news.shape {
                self.conversation.with_untracked(|c| all.look_up(c));
            }
        });
    }

    /// Forgets the rows of messages that are not loaded any more.
    pub(super) fn forget_rows(self) {
        let seqs = |c: &Conversation| -> BTreeSet<u64> {
            c.current().timeline.rows().iter().filter_map(Row::message).map(|event| event.seq).collect()
        };
        let kept = self.conversation.with_untracked(seqs);
        self.followers.update_value(|all| all.rows.retain(|seq, _| kept.contains(seq)));
    }

    /// Another topic is shown.
    pub(super) fn forget_all_rows(self) {
        self.followers.set_value(RowRegistry::default());
    }
}

/// A row that is gone by now takes no news.
impl RowRegistry {
    fn tell(&mut self, events: &[Arc<Event>]) {
        self.answered.retain(|(_, message)| !message.is_disposed());
        for event in events {
            if let Some((followed, _)) = self.rows.get(&event.seq) {
                let _ = followed.event.try_set(Arc::clone(event));
            }
            for (_, message) in self.answered.iter().filter(|(seq, _)| *seq == event.seq) {
                let _ = message.try_set(Some(Arc::clone(event)));
            }
        }
    }

    fn tell_changes(&mut self, changes: HashMap<u64, Vec<OutboxEntry>>) {
        let before = std::mem::replace(&mut self.changes, changes);
        let seqs: BTreeSet<u64> = before.keys().chain(self.changes.keys()).copied().collect();
        for seq in seqs {
            let now = self.changes.get(&seq);
            if let Some((followed, _)) = self.rows.get(&seq).filter(|_| before.get(&seq) != now) {
                let _ = followed.changes.try_set(now.cloned().unwrap_or_default());
            }
        }
    }

    fn tell_looks(&mut self, looks: &[(u64, RowStyle)]) {
        for (seq, look) in looks {
            if let Some((followed, shown)) = self.rows.get_mut(seq).filter(|(_, shown)| shown != look) {
                *shown = *look;
                let _ = followed.look.try_set(*look);
            }
        }
    }

    /// Answered messages that came or went with a part of the past.
    fn look_up(&self, conversation: &Conversation) {
        for (seq, message) in &self.answered {
            let now = conversation.current().message(*seq);
            if message.try_with_untracked(|before| before.as_ref() != now) == Some(true) {
                let _ = message.try_set(now.cloned());
            }
        }
    }
}

/// How a message looks; they are in order.
fn look_of(looks: &[(u64, RowStyle)], seq: u64) -> RowStyle {
    let place = looks.binary_search_by_key(&seq, |(seq, _)| *seq);
    place.ok().and_then(|place| looks.get(place)).map(|(_, look)| *look).unwrap_or_default()
}

/// What the visitor changes in messages and the log does not have yet, by the messages' `seq`.
fn by_message(conversation: &Conversation) -> HashMap<u64, Vec<OutboxEntry>> {
    let mut changes: HashMap<u64, Vec<OutboxEntry>> = HashMap::new();
    for (message, entry) in conversation.outbox.changes(conversation.topic()) {
        changes.entry(message).or_default().push(entry.clone());
    }
    changes
}
