use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};

use super::{HitRow, check_box, field_dialog::FieldDialog, lazy::empty, lazy_dialog::lazy_dialog};
use crate::{
    browser::shortcuts::is_composing,
    chat::Chat,
    erased::{Erase, ErasedView, each, effect, reactive, when},
    i18n::{fill, language},
    model::conversation::{SearchResults, SearchState},
    protocol::ErrorCode,
};

/// The search dialog. Opening it again shows the last results.
#[component]
pub(crate) fn SearchDialog(dialog: FieldDialog) -> impl IntoView {
    let navigations = Chat::from_context().navigations();
    // Closes the dialog on navigation: the person opened a result.
    effect(move || {
        navigations.track();
        dialog.hide();
    });
    lazy_dialog(dialog, move |parts| (parts.search_dialog)(dialog), |_| empty())
}

pub(super) fn dialog(dialog: FieldDialog) -> ErasedView {
    let content = view! { <SearchPanel dialog/> }.erased();
    super::dialog::dialog(dialog.open, "search", language().search().title, content)
}

/// The form of the dialog.
#[derive(Clone, Copy)]
struct SearchForm {
    chat: Chat,
    dialog: FieldDialog,
    field: NodeRef<html::Input>,
    only_here: NodeRef<html::Input>,
}

impl SearchForm {
    fn search(self) {
        if let (Some(field), Some(only_here)) = (self.field.get_untracked(), self.only_here.get_untracked()) {
            self.chat.search(field.value(), only_here.checked());
        }
    }

    fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        self.search();
    }

    /// The dialog is shown: from now on, the field has the keys.
    fn focused(self) {
        let early = self.dialog.take_early_keys();
        if let Some(field) = self.field.get_untracked().filter(|_| !early.text.is_empty()) {
            field.set_value(&early.text);
        }
        if early.is_submitted {
            self.search();
        }
    }
}

/// The key that ends an input method's composition must not submit the form or close the dialog.
fn keep_composition_key(key: &KeyboardEvent) {
    if is_composing(key) && matches!(key.key().as_str(), "Enter" | "Escape") {
        key.prevent_default();
    }
}

#[component]
fn SearchPanel(dialog: FieldDialog) -> impl IntoView {
    let texts = language().search();
    let chat = Chat::from_context();
    let results = chat.search_state();
    let previous = results.get_untracked();
    let form = SearchForm { chat, dialog, field: NodeRef::new(), only_here: NodeRef::new() };
    let is_refused = move || results.with(|results| matches!(results.state, SearchState::Refused(_)));
    let is_incomplete = move || results.with(|results| results.incomplete);
    let has_more = move || results.with(|results| matches!(results.state, SearchState::Done(Some(_))));
    view! {
        <form class="search" role="search" on:submit=move |event| form.submit(&event)>
            <input
                type="search"
                dir="auto"
                value=previous.query
                aria-label=texts.find
                placeholder=texts.find
                aria-invalid=reactive(move || is_refused().then_some("true"))
                aria-describedby="search-note"
                node_ref=form.field
                on:focus=move |_| form.focused()
                on:keydown=move |event| keep_composition_key(&event)
            />
            <button type="submit">{texts.search}</button>
            {check_box("narrowed", fill(texts.only_in, chat.topic().as_str()), view! {
                <input type="checkbox" checked=previous.topic.is_some() node_ref=form.only_here/>
            }.erased())}
        </form>
        <p class="note" id="search-note" role="status" data-problem=reactive(move || is_refused().then_some(""))>
            {reactive(move || results.with(note))}
        </p>
        {when(is_incomplete, move || view! { <p class="note" role="status">{texts.indexing}</p> }.erased())}
        <ol class="hits" aria-label=texts.results>
            {each(move || results.with(|results| results.hits.clone()), |hit| (hit.event.topic.clone(), hit.event.seq, hit.event.at.0), move |hit| view! {
                <li class="hit">
                    <HitRow hit/>
                </li>
            }.erased())}
        </ol>
        {when(has_more, move || view! {
            <button type="button" class="quiet more" on:click=move |_| chat.search_more()>
                {texts.older}
            </button>
        }.erased())}
    }.erased()
}

/// A note: how to search, that the search is running, that nothing was found, or the error.
fn note(results: &SearchResults) -> String {
    let texts = language().search();
    match &results.state {
        SearchState::Idle => texts.syntax_help.to_owned(),
        SearchState::Pending => texts.searching.to_owned(),
        SearchState::Refused(ErrorCode::Blank) => texts.blank.to_owned(),
        SearchState::Refused(ErrorCode::TooLarge) => texts.too_long.to_owned(),
        SearchState::Refused(ErrorCode::BadRequest) => texts.syntax_help.to_owned(),
        SearchState::Refused(_) => texts.unavailable.to_owned(),
        SearchState::Done(_) if results.hits.is_empty() => {
            format!("{} {}", fill(texts.no_results, &results.query), texts.no_results_help)
        }
        SearchState::Done(_) => String::new(),
    }
}
