//! The state of the form for a new message, and its answers to events.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
    web_sys::HtmlTextAreaElement,
};

use super::{
    lazy_completion::LazyCompletion,
    own_name::OwnName,
    unsent_text::{clear_when_stored, save_text},
};
use crate::{
    browser::{
        shortcuts::{Shortcut, is_apple, is_composing},
        text_format,
    },
    chat::{Chat, WriteError},
    protocol::TextError,
};

#[derive(Clone, Copy)]
pub(super) struct ComposerState {
    chat: Chat,
    own_name: OwnName,
    pub(super) form: NodeRef<html::Form>,
    pub(super) message: NodeRef<html::Textarea>,
    pub(super) problem: RwSignal<Option<WriteError>>,
    pub(super) completion: LazyCompletion,
    /// Whether the last text is being stored. The field keeps it until then.
    storing: StoredValue<bool>,
}

impl ComposerState {
    pub(super) fn new(chat: Chat, own_name: OwnName) -> Self {
        let message = NodeRef::new();
        Self {
            chat,
            own_name,
            form: NodeRef::new(),
            message,
            problem: RwSignal::new(None),
            completion: LazyCompletion::new(message),
            storing: StoredValue::new(false),
        }
    }

    pub(super) fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        let Some(message) = self.message.get_untracked() else { return };
        if self.storing.get_value() {
            return;
        }
        self.completion.state.close();
        let result = self.publish(&message);
        self.problem.set(None);
        if let Err(WriteError::Name(why)) = result {
            return self.own_name.refuse(why);
        }
        let _ = message.focus();
        match result {
            Ok(()) => self.own_name.close(),
            Err(why) => {
                self.problem.set(Some(why).filter(|why| *why != WriteError::Message(TextError::Blank)));
            }
        }
    }

    fn publish(self, message: &HtmlTextAreaElement) -> Result<(), WriteError> {
        self.storing.set_value(true);
        let stored = clear_when_stored(self.chat, message.clone(), self.storing);
        let result = self.chat.publish(&self.own_name.value(), &message.value(), stored);
        if result.is_err() {
            self.storing.set_value(false);
        }
        // The field is read-only while its text is being stored.
        message.set_read_only(self.storing.get_value());
        result
    }

    pub(super) fn typed(self) {
        save_text(self.chat, self.message, &self.chat.topic());
        self.completion.update();
        self.chat.typing();
    }

    pub(super) fn on_key(self, event: &KeyboardEvent) {
        if is_composing(event) {
            return;
        }
        if self.completion.key(event) || self.run_shortcut(event) {
            event.prevent_default();
        }
    }

    /// Returns `false` if the browser should handle the key.
    fn run_shortcut(self, event: &KeyboardEvent) -> bool {
        let (Some(form), Some(field)) = (self.form.get_untracked(), self.message.get_untracked()) else {
            return false;
        };
        match Shortcut::in_field(event) {
            Some(Shortcut::Send) => {
                let _ = form.request_submit();
                true
            }
            Some(Shortcut::EditLast) => field.value().is_empty() && self.chat.begin_edit_of_last(),
            // On a Mac these keys move the caret as well.
            Some(Shortcut::ReplyTo { forward }) => {
                (!is_apple() || field.value().is_empty()) && self.chat.step_reply(forward)
            }
            Some(Shortcut::Mark(format)) => {
                text_format::toggle(&field, format);
                true
            }
            _ => event.key() == "Escape" && !event.shift_key() && self.chat.cancel_reply(),
        }
    }
}
