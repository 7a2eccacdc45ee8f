//! The verbs of the wire: publish, edit, delete, react. Each makes a draft, which the outbox sends.

use leptos::{prelude::*, task::spawn_local};

use super::{Chat, Editing, WriteError};
use crate::{
    browser::{calendar, draft_sync},
    model::outbox::{BaseRevision, Draft, ReactionKey},
    protocol::{Action, Body, DraftId, Emoji, Event, Name, TextError},
};

impl Chat {
    /// Publishes a message under a name. A text that was restored from a draft keeps that draft's place among the
    /// others.
    ///
    /// Calls `on_stored` once the text may be cleared from its field: at once, or when the browser's database has
    /// answered.
    pub fn publish(
        self,
        name: &str,
        text: &str,
        on_stored: impl FnOnce() + 'static,
    ) -> Result<(), WriteError> {
        let name = Name::parse(name).map_err(WriteError::Name)?;
        let body = self.parse_body(text)?;
        let order = self.restored_order.try_update_value(Option::take).flatten();
        self.rename(name);
        let reply_to = self.replying_to.try_update(Option::take).flatten().map(|message| message.seq);
        self.enqueue(Action::Publish { body, reply_to }, None, order, on_stored);
        self.published_count.update(|count| *count += 1);
        Ok(())
    }

    /// Changes the person's name.
    pub fn set_name(self, name: &str) -> Result<(), TextError> {
        self.rename(Name::parse(name)?);
        self.wake();
        Ok(())
    }

    /// Changes the person's name here and in the other tabs.
    fn rename(self, name: Name) {
        let (user, is_new) = self.conversation.with_untracked(|c| (c.user, c.name != name));
        if is_new {
            draft_sync::announce_name(user, &name);
        }
        self.conversation.update(|c| c.name = name);
    }

    /// Takes over what another tab has announced: an id and its new name. A tab of an earlier session has another id.
    pub(super) fn renamed_elsewhere(self, announced: &str) {
        let Some((user, name)) = announced.split_once(' ') else { return };
        if self.user().to_string() == user
            && let Ok(name) = Name::parse(name)
        {
            self.conversation.try_update(|c| c.renamed_elsewhere(name));
        }
    }

    /// Gives an own message another text. The server refuses it if the message has changed since the person saw it.
    /// Calls `on_stored` as [`publish`](Self::publish) does.
    pub fn edit_message(
        self,
        editing: &Editing,
        text: &str,
        on_stored: impl FnOnce() + 'static,
    ) -> Result<(), WriteError> {
        let body = self.parse_body(text)?;
        let BaseRevision { revision, base_draft } = editing.base;
        let action = Action::Edit { message: editing.message, revision, body };
        self.enqueue(action, base_draft, None, on_stored);
        Ok(())
    }

    /// Deletes an own message.
    pub fn delete(self, message: &Event) {
        let base = self.conversation.with_untracked(|c| c.outbox.base_of(message));
        let action = Action::Delete { message: message.seq, revision: base.revision };
        self.enqueue(action, base.base_draft, None, || ());
    }

    /// Adds or removes a reaction. Withdraws the opposite if it was not sent yet, and sends nothing then.
    pub fn react(self, message: u64, emoji: Emoji, on: bool) {
        let key = ReactionKey { topic: self.topic(), message, emoji };
        // The page does not show yet that the reaction is being withdrawn, so this press undoes that.
        if self.withdrawals.try_update_value(|w| w.press(&key)).unwrap_or(false) {
            return;
        }
        let unsent =
            self.conversation.with_untracked(|c| c.outbox.unsent_reaction(&key.topic, message, &key.emoji));
        match unsent {
            None => self.send_reaction(key, on),
            Some(unsent) => self.withdraw_reaction(key, unsent, on),
        }
    }

    fn withdraw_reaction(self, key: ReactionKey, unsent: DraftId, on: bool) {
        self.withdrawals.update_value(|w| w.begin(key.clone()));
        spawn_local(async move {
            let is_withdrawn = draft_sync::withdraw(self.conversation, unsent).await.is_some();
            let is_wanted = self.withdrawals.try_update_value(|w| w.end(&key)).unwrap_or(true);
            match (is_withdrawn, is_wanted) {
                (true, true) | (false, false) => {}
                (false, true) => self.send_reaction(key, on),
                (true, false) => self.send_reaction(key, !on),
            }
        });
    }

    fn send_reaction(self, ReactionKey { topic, message, emoji }: ReactionKey, on: bool) {
        let action = Action::React { message, emoji, on };
        let now = calendar::now().0;
        let draft = self.conversation.try_update(|c| c.add_draft_to(topic, action, None, None, now));
        if let Some(draft) = draft {
            self.store(draft, || ());
        }
    }

    fn parse_body(self, text: &str) -> Result<String, WriteError> {
        Body::parse(Body::clean(text), self.body_bytes).map(Body::into_string).map_err(WriteError::Message)
    }

    /// Adds a draft to the outbox and stores it.
    fn enqueue(
        self,
        action: Action,
        base_draft: Option<DraftId>,
        order: Option<u64>,
        on_stored: impl FnOnce() + 'static,
    ) {
        let now = calendar::now().0;
        let draft = self.conversation.try_update(|c| c.add_draft(action, base_draft, order, now));
        if let Some(draft) = draft {
            self.store(draft, on_stored);
        }
    }

    /// Stores a draft of the outbox. It is sent only after that.
    fn store(self, draft: Draft, on_stored: impl FnOnce() + 'static) {
        let mut on_stored = Some(on_stored);
        // IndexedDB answers asynchronously: without the journal, a tab that is closed before would lose the draft.
        if let Some(on_stored) = on_stored.take_if(|_| draft_sync::write_journal(&draft)) {
            on_stored();
        }
        spawn_local(async move {
            draft_sync::store(self.conversation, draft).await;
            if let Some(on_stored) = on_stored {
                on_stored();
            }
            self.wake();
        });
    }
}
