use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::{
    browser::shortcuts::is_composing,
    chat::Chat,
    erased::{Erase, ErasedView, each, reactive},
    i18n::language,
    model::completion::{Suggestion, Suggestions, apply_suggestion, suggest},
    protocol::Name,
};

/// The list's id. The ids of its options are this and their index.
pub(super) const LIST_ID: &str = "offers";

/// The suggestions for the word before the cursor, and which of them is selected.
#[derive(Clone, Copy)]
pub(super) struct CompletionState {
    offers: RwSignal<Suggestions>,
    selected: RwSignal<usize>,
    field: NodeRef<html::Textarea>,
}

impl CompletionState {
    pub(super) fn new(field: NodeRef<html::Textarea>) -> Self {
        Self { offers: RwSignal::default(), selected: RwSignal::new(0), field }
    }

    /// Updates the suggestions for the text before the cursor.
    pub(super) fn complete(self) {
        let Some((before, _)) = self.around_cursor() else { return };
        let names = Chat::from_context().mentionable();
        let found = suggest(&before, names.iter().map(Name::as_str));
        if self.offers.with_untracked(|shown| *shown != found) {
            self.selected.set(0);
            self.offers.set(found);
        }
    }

    /// Closes the list.
    pub(super) fn close(self) {
        if self.is_open() {
            self.offers.set(Suggestions::default());
        }
    }

    /// Handles a key press. Returns whether it was for the list.
    pub(super) fn on_key(self, key: &KeyboardEvent) -> bool {
        let count = self.offers.with_untracked(|offers| offers.items.len());
        if count == 0 || is_composing(key) {
            return false;
        }
        match key.key().as_str() {
            "ArrowDown" => self.selected.update(|selected| *selected = (*selected + 1) % count),
            "ArrowUp" => self.selected.update(|selected| *selected = (*selected + count - 1) % count),
            "Enter" | "Tab" if !key.shift_key() => self.take(self.selected.get_untracked()),
            "Escape" => self.close(),
            _ => return false,
        }
        true
    }

    /// The id of the selected option, for `aria-activedescendant`.
    pub(super) fn active(self) -> Option<String> {
        self.offers
            .with(|offers| !offers.items.is_empty())
            .then(|| format!("{LIST_ID}-{}", self.selected.get()))
    }

    pub(super) fn is_open(self) -> bool {
        self.offers.with_untracked(|offers| !offers.items.is_empty())
    }

    fn take(self, index: usize) {
        let found = self.offers.get_untracked();
        let (Some(offer), Some((before, after))) = (found.items.get(index), self.around_cursor()) else {
            return;
        };
        let (text, cursor) = apply_suggestion(&before, &after, found.from, offer);
        if let Some(field) = self.field.get_untracked() {
            let at = u32::try_from(text[..cursor].encode_utf16().count()).unwrap_or(u32::MAX);
            field.set_value(&text);
            let _ = field.set_selection_range(at, at);
            let _ = field.focus();
        }
        self.close();
    }

    /// The text before and after the cursor. The DOM counts in UTF-16 code units.
    fn around_cursor(self) -> Option<(String, String)> {
        let field = self.field.get_untracked()?;
        let units: Vec<u16> = field.value().encode_utf16().collect();
        let at = (field.selection_end().ok()?? as usize).min(units.len());
        let text = |units: &[u16]| String::from_utf16_lossy(units);
        Some((text(&units[..at]), text(&units[at..])))
    }
}

/// The list of suggestions above the field.
pub(super) fn list(completion: CompletionState) -> ErasedView {
    let texts = language().composer();
    let CompletionState { offers, selected, .. } = completion;
    let all = move || {
        offers.with(|offers| offers.items.iter().cloned().enumerate().collect::<Vec<(usize, Suggestion)>>())
    };
    let option = move |(index, offer): (usize, Suggestion)| {
        view! {
            <li
                role="option"
                id=format!("{LIST_ID}-{index}")
                aria-selected=reactive(move || (selected.get() == index).to_string())
                // Keeps the focus in the field.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| completion.take(index)
            >
                <bdi>{offer.label}</bdi>
            </li>
        }
        .erased()
    };
    view! {
        <ul
            class="offers"
            id=LIST_ID
            role="listbox"
            aria-label=texts.suggestions
            hidden=reactive(move || offers.with(|offers| offers.items.is_empty()))
        >
            {each(all, Clone::clone, option)}
        </ul>
    }
    .erased()
}
