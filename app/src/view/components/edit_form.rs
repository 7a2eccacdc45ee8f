use std::sync::Arc;

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};

use super::Alert;
use crate::{
    browser::{
        focus::focus_composer,
        shortcuts::{Shortcut, is_composing},
        text_format,
    },
    chat::{Chat, Editing, WriteError},
    erased::{Erase, effect, memo},
    i18n::{fill, language},
    protocol::{Event, EventKind},
};

/// The form that edits a message in its row. Enter saves, Escape cancels.
#[component]
pub(crate) fn EditForm(editing: Editing, event: RwSignal<Arc<Event>>) -> impl IntoView {
    let language = language();
    let texts = language.composer();
    let chat = Chat::from_context();
    let form = NodeRef::<html::Form>::new();
    let field = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<WriteError>);

    focus_end(field);
    let text = editing.text.clone();
    let editing = StoredValue::new(editing);
    let has_conflict =
        memo(move || editing.with_value(|editing| chat.has_changed_since(editing, &event.get())));
    let end = move || {
        chat.editing().set(None);
        focus_composer();
    };
    let storing = StoredValue::new(false);
    // The form may be gone by the time the text is stored.
    let stored = move || {
        if storing.try_set_value(false).is_none() {
            end();
        }
    };
    let save = move |submit: SubmitEvent| {
        submit.prevent_default();
        let Some(field) = field.get_untracked().filter(|_| !storing.get_value()) else { return };
        storing.set_value(true);
        if let Err(why) = editing.with_value(|editing| chat.edit_message(editing, &field.value(), stored)) {
            storing.set_value(false);
            problem.set(Some(why));
        }
    };
    let key = move |key: KeyboardEvent| {
        let (Some(form), Some(field)) = (form.get_untracked(), field.get_untracked()) else { return };
        match Shortcut::in_field(&key) {
            Some(Shortcut::Send) => drop(form.request_submit()),
            Some(Shortcut::Mark(format)) => text_format::toggle(&field, format),
            None if key.key() == "Escape" && !key.shift_key() && !is_composing(&key) => end(),
            _ => return,
        }
        key.prevent_default();
    };

    view! {
        <form class="edit" node_ref=form on:submit=save>
            <textarea aria-label=texts.edit_message dir="auto" rows="1" node_ref=field prop:value=text on:keydown=key></textarea>
            <button type="submit">{texts.save}</button>
            <button type="button" class="quiet" on:click=move |_| end()>
                {texts.cancel}
            </button>
            <Alert text=move || has_conflict.get().then(|| current_text(&event.get()))/>
            <Alert text=move || problem.get().map(|why| why.localized(language))/>
        </form>
    }.erased()
}

/// Focuses the field once it is mounted, with the cursor at its end.
fn focus_end(field: NodeRef<html::Textarea>) {
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or(u32::MAX);
            let _ = field.set_selection_range(end, end);
        }
    });
}

/// The current text of a message that was changed elsewhere meanwhile.
fn current_text(event: &Event) -> String {
    match &event.kind {
        EventKind::Message { deleted: false, body, .. } => {
            fill(language().composer().changed_meanwhile, body)
        }
        _ => language().composer().deleted_meanwhile.to_owned(),
    }
}
