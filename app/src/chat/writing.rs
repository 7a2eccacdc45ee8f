//! What a visitor writes, changes and takes back.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{Chat, Editing, WriteError};
use crate::{
    browser::{connection, draft_sync},
    erased::{Derived, memo},
    model::{
        conversation::Conversation,
        outbox::{Action, OutboxEntry},
    },
    protocol::{Body, DraftId, Emoji, Event, EventKind, Name, TopicName},
};

impl Chat {
    /// Says something under a name. The draft is kept before the first try to send it. What was taken back goes where it
    /// stood. Calls `safe` once the text may leave the field: at once, or when the browser's database has answered.
    pub fn write(self, name: &str, text: &str, safe: impl FnOnce() + 'static) -> Result<(), WriteError> {
        let name = Name::parse(name).map_err(WriteError::Name)?;
        let body = self.body(text)?;
        let order = self.order.try_update_value(Option::take).flatten();
        self.conversation.update(|c| c.name = name);
        let reply_to = self.answering.try_update(Option::take).flatten().map(|message| message.seq);
        self.keep(Action::Publish, body, order, reply_to, safe);
        self.written.update(|written| *written += 1);
        Ok(())
    }

    /// Goes by another name from now on; one that cannot be had changes nothing.
    pub fn set_name(self, name: &str) {
        if let Ok(name) = Name::parse(name) {
            self.conversation.update(|c| c.name = name);
            self.wake();
        }
    }

    /// How many messages were written on this page.
    pub fn published_count(self) -> RwSignal<u64> {
        self.written
    }

    /// Gives an own message another text. A message that has changed since the visitor saw it is not overwritten. Calls `safe`
    /// as [`write`](Self::write) does.
    pub fn edit_message(
        self,
        editing: &Editing,
        text: &str,
        safe: impl FnOnce() + 'static,
    ) -> Result<(), WriteError> {
        let body = self.body(text)?;
        self.keep(Action::Edit { message: editing.message, base: editing.base }, body, None, None, safe);
        Ok(())
    }

    /// Whether a message was changed elsewhere since its editing began.
    pub fn has_changed_since(self, editing: &Editing, message: &Event) -> bool {
        let base = self.conversation.with_untracked(|c| c.resolve_base(editing.base));
        message.revision() > base.revision
    }

    /// Takes an own message back.
    pub fn delete(self, message: &Event) {
        let base = self.conversation.with_untracked(|c| c.outbox.base_of(message));
        self.keep(Action::Delete { message: message.seq, base }, String::new(), None, None, || ());
    }

    /// Reacts to a message, or takes that back. What nobody has sent yet is simply not sent.
    pub fn react(self, message: u64, emoji: Emoji, on: bool) {
        let waiting =
            self.conversation.with_untracked(|c| c.outbox.unsent_reaction(c.topic(), message, &emoji));
        let action = Action::React { message, emoji, on };
        let Some(waiting) = waiting else { return self.keep(action, String::new(), None, None, || ()) };
        spawn_local(async move {
            if draft_sync::withdraw(self.conversation, waiting).await.is_none() {
                self.keep(action, String::new(), None, None, || ());
            }
        });
    }

    fn body(self, text: &str) -> Result<String, WriteError> {
        Body::parse(Body::clean(text), self.body_bytes).map(Body::into_string).map_err(WriteError::Message)
    }

    fn keep(
        self,
        action: Action,
        body: String,
        order: Option<u64>,
        reply_to: Option<u64>,
        safe: impl FnOnce() + 'static,
    ) {
        let mut draft = None;
        self.conversation
            .update(|c| draft = Some(c.add_draft(action, body, order, reply_to, connection::now_ms())));
        let Some(draft) = draft else { return };
        let mut safe = Some(safe);
        // IndexedDB answers later. A tab that is closed before loses drafts that are stored nowhere else.
        if let Some(safe) = safe.take_if(|_| draft_sync::write_journal(&draft)) {
            safe();
        }
        spawn_local(async move {
            draft_sync::store(self.conversation, draft).await;
            if let Some(safe) = safe {
                safe();
            }
            self.wake();
        });
    }

    /// Tries a refused draft again, on the message as it stands now.
    pub fn retry(self, id: DraftId) {
        self.revise(id, |c| c.retry(id));
    }

    /// Says what was written before this browser had its present session, as who the visitor is now.
    pub fn adopt(self, id: DraftId) {
        self.revise(id, |c| c.outbox.adopt(id, c.user, c.name.clone()));
    }

    /// Takes a draft back that nobody sent yet, to be written anew: a message for the composer to
    /// [show](Self::taken_back), an edit at its message, if that still stands.
    pub fn edit(self, id: DraftId) {
        spawn_local(async move {
            let Some(draft) = draft_sync::withdraw(self.conversation, id).await else { return };
            if let Some(message) = draft.action.target().and_then(|seq| self.loaded_message(seq)) {
                let base = self.conversation.with_untracked(|c| c.outbox.base_of(&message));
                self.editing.set(Some(Editing { message: message.seq, base, text: draft.body }));
                return;
            }
            let earlier = |order: Option<u64>| Some(order.map_or(draft.order, |o| o.min(draft.order)));
            self.order.update_value(|order| *order = earlier(*order));
            let answered = draft.reply_to.and_then(|seq| self.loaded_message(seq));
            self.answering.set(answered);
            self.taken_back.set(Some(draft.body));
        });
    }

    /// Begins to answer a message; none ends that.
    pub fn answer(self, message: Option<Arc<Event>>) {
        self.answering.set(message);
    }

    /// The message that is being answered.
    pub fn answering(self) -> RwSignal<Option<Arc<Event>>> {
        self.answering
    }

    /// Begins to edit the visitor's newest message. Says whether there is one.
    pub fn begin_edit_of_last(self) -> bool {
        let last = self.conversation.with_untracked(|c| c.last_own_message().cloned());
        let found = last.is_some();
        if let Some(message) = last {
            self.begin_edit(&message);
        }
        found
    }

    /// Begins to edit a message, as the visitor sees it.
    pub fn begin_edit(self, message: &Event) {
        let (shown, base) =
            self.conversation.with_untracked(|c| (c.outbox.optimistic(message), c.outbox.base_of(message)));
        if let EventKind::Message { body, .. } = shown.kind {
            self.editing.set(Some(Editing { message: message.seq, base, text: body }));
        }
    }

    /// Whether a message is loaded.
    pub fn has_message(self, seq: u64) -> bool {
        self.conversation.with_untracked(|c| c.current().timeline.message(seq).is_some())
    }

    /// A message that is loaded and was not taken back.
    fn loaded_message(self, seq: u64) -> Option<Arc<Event>> {
        let message = self.conversation.with_untracked(|c| c.current().timeline.message(seq).cloned());
        message.filter(|message| !message.is_deleted())
    }

    /// The message that is being edited.
    pub fn editing(self) -> RwSignal<Option<Editing>> {
        self.editing
    }

    /// Gives a draft up that nobody sent yet.
    pub fn discard(self, id: DraftId) {
        spawn_local(async move {
            draft_sync::withdraw(self.conversation, id).await;
        });
    }

    /// Gives a draft up that may have been sent.
    pub fn give_up(self, id: DraftId) {
        spawn_local(draft_sync::give_up(self.conversation, id));
    }

    /// The text that was taken back to be written anew, until the composer has it.
    pub fn restored_text(self) -> RwSignal<Option<String>> {
        self.taken_back
    }

    /// What stood in the composer of a topic and was not sent, also before the page came anew.
    pub(crate) fn unsent(self, topic: &TopicName) -> String {
        draft_sync::composer_text(topic)
    }

    /// Keeps what stands in the composer of a topic.
    pub(crate) fn keep_unsent(self, topic: &TopicName, text: String) {
        draft_sync::save_composer_text(topic, text);
    }

    /// What the log does not have yet: messages, and changes of such that are not loaded.
    pub fn pending(self) -> Derived<Vec<OutboxEntry>> {
        memo(move || self.conversation.with(|c| c.unanchored().cloned().collect()))
    }

    /// A draft, as it moves on.
    pub fn pending_draft(self, id: DraftId) -> Derived<Option<OutboxEntry>> {
        memo(move || self.conversation.with(|c| c.outbox.get(id).cloned()))
    }

    fn revise(self, id: DraftId, change: impl FnOnce(&mut Conversation)) {
        self.conversation.update(change);
        let draft = self.conversation.with_untracked(|c| c.outbox.get(id).map(|entry| entry.draft.clone()));
        spawn_local(async move {
            if let Some(draft) = draft {
                draft_sync::update(self.conversation, draft).await;
            }
            self.wake();
        });
    }
}
