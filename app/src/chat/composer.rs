//! The state of the composer and of the form that edits a message.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Chat, Editing};
use crate::{
    browser::draft_sync,
    protocol::{Event, EventKind, TopicName},
};

impl Chat {
    /// Starts a reply to a message; `None` cancels it.
    pub fn set_reply_to(self, message: Option<Arc<Event>>) {
        self.replying_to.set(message);
    }

    /// Cancels the reply. Returns whether there was one.
    pub(crate) fn cancel_reply(self) -> bool {
        let was_replying = self.replying_to.with_untracked(Option::is_some);
        if was_replying {
            self.replying_to.set(None);
        }
        was_replying
    }

    /// Replies to the message above the one that is replied to, first to the newest; or to the one below, after which
    /// the reply is cancelled. Returns whether that changed anything.
    pub(crate) fn step_reply(self, forward: bool) -> bool {
        let current = self.replying_to.with_untracked(|message| message.as_ref().map(|message| message.seq));
        let next =
            self.conversation.with_untracked(|c| c.current().timeline.neighbour(current, forward).cloned());
        match (next, forward) {
            (Some(message), _) => self.replying_to.set(Some(message)),
            (None, true) => return self.cancel_reply(),
            (None, false) => return false,
        }
        true
    }

    /// The message that the composer replies to.
    pub fn replying_to(self) -> RwSignal<Option<Arc<Event>>> {
        self.replying_to
    }

    /// The text of a withdrawn draft, until the composer has taken it.
    pub fn restored_text(self) -> RwSignal<Option<String>> {
        self.restored_text
    }

    /// Counts the messages published by this page.
    pub fn published_count(self) -> RwSignal<u64> {
        self.published_count
    }

    /// The unsent text in a topic's composer. Survives a reload.
    pub(crate) fn composer_text(self, topic: &TopicName) -> String {
        draft_sync::composer_text(topic)
    }

    /// Stores the unsent text of a topic's composer.
    pub(crate) fn save_composer_text(self, topic: &TopicName, text: String) {
        draft_sync::save_composer_text(topic, text);
    }

    /// The message that is being edited.
    pub fn editing(self) -> RwSignal<Option<Editing>> {
        self.editing
    }

    /// Starts editing a message, with the text that the page shows for it.
    pub fn begin_edit(self, message: &Event) {
        let shown = self.conversation.with_untracked(|c| c.outbox.optimistic(message));
        let base = self.conversation.with_untracked(|c| c.outbox.base_of(message));
        if let EventKind::Message { body, .. } = shown.kind {
            self.editing.set(Some(Editing { message: message.seq, base, text: body }));
        }
    }

    /// Starts editing the person's newest message. Returns whether there is one.
    pub fn begin_edit_of_last(self) -> bool {
        let last = self.conversation.with_untracked(|c| c.last_own_message().cloned());
        let found = last.is_some();
        if let Some(message) = last {
            self.begin_edit(&message);
        }
        found
    }

    /// Whether a message was changed elsewhere since its editing began.
    pub fn has_changed_since(self, editing: &Editing, message: &Event) -> bool {
        let base = self.conversation.with_untracked(|c| c.resolve_base(editing.base));
        message.revision() > base.revision
    }

    /// Whether a message is loaded.
    pub fn has_message(self, seq: u64) -> bool {
        self.conversation.with_untracked(|c| c.current().timeline.message(seq).is_some())
    }

    /// A message that is loaded and not deleted.
    pub(crate) fn loaded_message(self, seq: u64) -> Option<Arc<Event>> {
        let message = self.conversation.with_untracked(|c| c.current().timeline.message(seq).cloned());
        message.filter(|message| !message.is_deleted())
    }
}
