//! The message field's half of the suggestions, whose code is a lazy part.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{
    completion::{CompletionState, LIST_ID},
    lazy::PartsLoader,
};
use crate::erased::{ErasedView, effect};

#[derive(Clone, Copy)]
pub(super) struct LazyCompletion {
    pub(super) state: CompletionState,
    loader: PartsLoader,
    /// The person typed before the suggestions' code was loaded.
    is_pending: StoredValue<bool>,
}

impl LazyCompletion {
    pub(super) fn new(field: NodeRef<html::Textarea>) -> Self {
        let is_pending = StoredValue::new(false);
        let completion = Self { state: CompletionState::new(field), loader: expect_context(), is_pending };
        effect(move || {
            if completion.loader.get().is_some() && completion.is_pending.get_value() {
                completion.update();
            }
        });
        completion
    }

    /// Updates the suggestions, once their code is loaded.
    pub(super) fn update(self) {
        match self.loader.get_untracked() {
            Some(parts) => (parts.complete)(self.state),
            None => self.is_pending.set_value(true),
        }
    }

    /// Handles a key press. Returns whether it was for the list.
    pub(super) fn key(self, key: &KeyboardEvent) -> bool {
        let parts = self.loader.get_untracked().filter(|_| self.state.is_open());
        parts.is_some_and(|parts| (parts.completion_key)(self.state, key))
    }

    /// The id of the list, for `aria-controls`.
    pub(super) fn list_id(self) -> Option<&'static str> {
        self.loader.get().map(|_| LIST_ID)
    }

    pub(super) fn list(self) -> Option<ErasedView> {
        self.loader.get().map(|parts| (parts.completion_list)(self.state))
    }
}
