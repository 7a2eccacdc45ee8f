//! Drafts that are not committed yet, and what their author can do with them.

use leptos::{prelude::*, task::spawn_local};

use super::{Chat, Editing};
use crate::{
    browser::draft_sync,
    erased::{Derived, memo},
    model::{conversation::Conversation, outbox::OutboxEntry},
    protocol::DraftId,
};

impl Chat {
    /// Tries a refused draft again, based on the message as it is now.
    pub fn retry_draft(self, id: DraftId) {
        self.update_draft(id, |c| c.retry(id));
    }

    /// Sends a draft of an earlier session under the person's present identity.
    pub fn adopt_draft(self, id: DraftId) {
        self.update_draft(id, |c| c.outbox.adopt(id, c.user, c.name.clone()));
    }

    /// Withdraws a draft that was not sent, and restores its text: an edit's into the form at its message, if that
    /// still exists, everything else's into the [composer](Self::restored_text).
    pub fn edit_draft(self, id: DraftId) {
        spawn_local(async move {
            let Some(draft) = draft_sync::withdraw(self.conversation, id).await else { return };
            let text = draft.action.body().unwrap_or_default().to_owned();
            if let Some(message) = draft.action.target().and_then(|seq| self.loaded_message(seq)) {
                let base = self.conversation.with_untracked(|c| c.outbox.base_of(&message));
                self.editing.set(Some(Editing { message: message.seq, base, text }));
                return;
            }
            // Several restored texts are joined in the composer: the result takes the place of the earliest.
            let earlier = |order: Option<u64>| Some(order.map_or(draft.order, |o| o.min(draft.order)));
            self.restored_order.update_value(|order| *order = earlier(*order));
            let replied_to = draft.action.reply_to().and_then(|seq| self.loaded_message(seq));
            self.replying_to.set(replied_to);
            self.restored_text.set(Some(text));
        });
    }

    /// Withdraws a draft that was not sent. Does nothing if it is too late for that.
    pub fn discard_draft(self, id: DraftId) {
        spawn_local(async move {
            draft_sync::withdraw(self.conversation, id).await;
        });
    }

    /// Stops sending a draft that may have arrived already.
    pub fn abandon_draft(self, id: DraftId) {
        spawn_local(draft_sync::give_up(self.conversation, id));
    }

    /// The drafts that the log shows in rows of their own: messages, and changes of messages that are not loaded.
    pub fn pending(self) -> Derived<Vec<OutboxEntry>> {
        memo(move || self.conversation.with(|c| c.unanchored().cloned().collect()))
    }

    /// A draft, or `None` once it is committed or removed.
    pub fn pending_draft(self, id: DraftId) -> Derived<Option<OutboxEntry>> {
        memo(move || self.conversation.with(|c| c.outbox.get(id).cloned()))
    }

    fn update_draft(self, id: DraftId, change: impl FnOnce(&mut Conversation)) {
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
