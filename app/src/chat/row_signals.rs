//! The signals that the rows of the log subscribe to. Each row has signals of its own, which are set when its message
//! changes. With memos of the conversation instead, every row would look its message up again at every event.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;

use super::Chat;
use crate::{
    model::{
        conversation::Conversation,
        outbox::OutboxEntry,
        sorted::SortedMap,
        timeline::{Row, RowStyle},
    },
    protocol::Event,
};

/// The signals of a message's row.
#[derive(Clone, Copy)]
pub struct RowSignals {
    /// The message, as the log has it.
    pub event: RwSignal<Arc<Event>>,
    /// The style of the row, which depends on the one before it.
    pub style: RwSignal<RowStyle>,
    /// The person's changes of it that are not committed yet.
    pub changes: RwSignal<Vec<OutboxEntry>>,
    /// Whether the pointer or the focus is on the row.
    pub active: RwSignal<bool>,
}

/// The signals of all rows of the topic that is shown.
#[derive(Default)]
pub(super) struct RowRegistry {
    /// By the messages' `seq`, with the styles that the rows have now.
    rows: HashMap<u64, (RowSignals, RowStyle)>,
    /// Messages that replies quote.
    quoted: Vec<(u64, RwSignal<Option<Arc<Event>>>)>,
    /// The person's uncommitted changes, by the messages' `seq`.
    changes: SortedMap<u64, Vec<OutboxEntry>>,
    /// The timeline's layout version when quoted messages were looked up last.
    layout_version: u64,
    /// The message that the pointer is on.
    hovered: Option<u64>,
    /// The message that has the focus.
    focused: Option<u64>,
}

/// The changes of the conversation since the rows were updated last.
struct Changes {
    events: Vec<Arc<Event>>,
    changes: SortedMap<u64, Vec<OutboxEntry>>,
    layout_version: u64,
}

impl Chat {
    /// Creates and registers the signals of a message's row. They live as long as the calling component.
    pub fn row_signals(self, event: Arc<Event>) -> RowSignals {
        let seq = event.seq;
        let style = self.row_styles.with_untracked(|styles| style_of(styles, seq));
        let changes = self.conversation.with_untracked(|c| by_message(c).remove(&seq)).unwrap_or_default();
        let row = RowSignals {
            event: RwSignal::new(event),
            style: RwSignal::new(style),
            changes: RwSignal::new(changes),
            active: RwSignal::new(self.rows.with_value(|registry| registry.is_active(seq))),
        };
        self.rows.update_value(|registry| {
            registry.rows.insert(seq, (row, style));
        });
        row
    }

    /// Creates a signal of a quoted message, which is `None` while the message is not loaded. It lives as long as the
    /// calling component.
    pub fn message_signal(self, seq: u64) -> RwSignal<Option<Arc<Event>>> {
        let message = RwSignal::new(self.conversation.with_untracked(|c| c.current().message(seq).cloned()));
        self.rows.update_value(|registry| registry.quoted.push((seq, message)));
        message
    }

    /// Sets the message that the pointer is on.
    pub(crate) fn set_hovered_row(self, seq: Option<u64>) {
        self.rows.update_value(|registry| {
            let before = std::mem::replace(&mut registry.hovered, seq);
            registry.update_active([before, seq]);
        });
    }

    /// Sets the message that has the focus.
    pub(crate) fn set_focused_row(self, seq: Option<u64>) {
        self.rows.update_value(|registry| {
            let before = std::mem::replace(&mut registry.focused, seq);
            registry.update_active([before, seq]);
        });
    }

    /// Sets the signals of the rows that have changed. Must run in an effect.
    pub fn update_rows(self) {
        self.conversation.track();
        let changes = self.conversation.try_write_untracked().map(|mut c| Changes {
            events: c.current_mut().timeline.take_changed(),
            changes: by_message(&c),
            layout_version: c.current().timeline.layout_version(),
        });
        let Some(changes) = changes else { return };
        // Setting a signal only schedules the effects of a row, so nothing registers or unregisters during this.
        self.rows.update_value(|registry| {
            registry.update_events(&changes.events);
            registry.update_changes(changes.changes);
            self.row_styles.with(|styles| registry.update_styles(styles));
            let before = std::mem::replace(&mut registry.layout_version, changes.layout_version);
            if before != changes.layout_version {
                self.conversation.with_untracked(|c| registry.update_quoted(c));
            }
        });
    }

    /// Unregisters the rows of messages that are not loaded any more.
    pub(super) fn prune_rows(self) {
        // The rows are in the order of `seq`.
        let seqs = |c: &Conversation| -> Vec<u64> {
            c.current().timeline.rows().iter().filter_map(Row::message).map(|event| event.seq).collect()
        };
        let loaded = self.conversation.with_untracked(seqs);
        self.rows.update_value(|registry| registry.rows.retain(|seq, _| loaded.binary_search(seq).is_ok()));
    }

    /// Unregisters all rows, before another topic is shown.
    pub(super) fn clear_rows(self) {
        self.rows.set_value(RowRegistry::default());
    }
}

/// The signals of a row that is gone are disposed of: `try_set` ignores them.
impl RowRegistry {
    fn update_events(&mut self, events: &[Arc<Event>]) {
        self.quoted.retain(|(_, message)| !message.is_disposed());
        for event in events {
            if let Some((row, _)) = self.rows.get(&event.seq) {
                let _ = row.event.try_set(Arc::clone(event));
            }
            for (_, message) in self.quoted.iter().filter(|(seq, _)| *seq == event.seq) {
                let _ = message.try_set(Some(Arc::clone(event)));
            }
        }
    }

    fn update_changes(&mut self, changes: SortedMap<u64, Vec<OutboxEntry>>) {
        let before = std::mem::replace(&mut self.changes, changes);
        let new = self.changes.keys().filter(|seq| !before.contains_key(seq));
        for seq in before.keys().chain(new) {
            let now = self.changes.get(seq);
            if let Some((row, _)) = self.rows.get(seq).filter(|_| before.get(seq) != now) {
                let _ = row.changes.try_set(now.cloned().unwrap_or_default());
            }
        }
    }

    fn update_styles(&mut self, styles: &[(u64, RowStyle)]) {
        for (seq, style) in styles {
            if let Some((row, current)) = self.rows.get_mut(seq).filter(|(_, current)| current != style) {
                *current = *style;
                let _ = row.style.try_set(*style);
            }
        }
    }

    fn is_active(&self, seq: u64) -> bool {
        [self.hovered, self.focused].contains(&Some(seq))
    }

    fn update_active(&self, changed: [Option<u64>; 2]) {
        for seq in changed.into_iter().flatten() {
            let is_active = self.is_active(seq);
            if let Some((row, _)) = self.rows.get(&seq)
                && row.active.try_get_untracked() != Some(is_active)
            {
                let _ = row.active.try_set(is_active);
            }
        }
    }

    /// Updates quoted messages that were loaded or dropped with a part of the history.
    fn update_quoted(&self, conversation: &Conversation) {
        for (seq, message) in &self.quoted {
            let now = conversation.current().message(*seq);
            if message.try_with_untracked(|before| before.as_ref() != now) == Some(true) {
                let _ = message.try_set(now.cloned());
            }
        }
    }
}

/// Finds a message's style. The styles are sorted by `seq`.
fn style_of(styles: &[(u64, RowStyle)], seq: u64) -> RowStyle {
    let index = styles.binary_search_by_key(&seq, |(seq, _)| *seq);
    index.ok().and_then(|index| styles.get(index)).map(|(_, style)| *style).unwrap_or_default()
}

/// The person's uncommitted changes of messages, by the messages' `seq`.
fn by_message(conversation: &Conversation) -> SortedMap<u64, Vec<OutboxEntry>> {
    let mut changes = SortedMap::default();
    for (message, entry) in conversation.outbox.changes(conversation.topic()) {
        let mut entries: Vec<OutboxEntry> = changes.remove(&message).unwrap_or_default();
        entries.push(entry.clone());
        changes.insert(message, entries);
    }
    changes
}
