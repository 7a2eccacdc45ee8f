use leptos::prelude::*;

use super::{Badge, draft_state::DraftState};
use crate::{
    browser::base_path::message_address,
    chat::Chat,
    erased::{Erase, reactive},
    i18n::language,
    model::outbox::OutboxEntry,
    protocol::Action,
};

/// A draft that is not committed: a message, or a change of a message that is not loaded. The row is not replaced when
/// its draft changes state, so that a focused button in it keeps the focus.
#[component]
pub(crate) fn PendingRow(entry: OutboxEntry) -> impl IntoView {
    let chat = Chat::from_context();
    let draft = entry.draft.clone();
    let now = chat.pending_draft(draft.id);
    let name = draft.name.unwrap_or_else(|| chat.name());
    let is_message = draft.action.target().is_none();
    let present_name = chat.name_signal();
    // The style sheet hides the header of such a row after another one.
    let is_in_burst = {
        let name = name.clone();
        move || is_message && chat.user() == draft.author && present_name.get() == name
    };
    let state = reactive(move || now.get().map(|entry| view! { <DraftState entry/> }.erased()));
    let about = draft.action.target().map(|seq| {
        let href = message_address(&draft.topic, seq);
        view! { <a class="permalink" href=href>{change_label(&draft.action)}</a> }
    });
    let text = match &draft.action {
        Action::React { emoji, .. } => emoji.to_string(),
        action => action.body().unwrap_or_default().to_owned(),
    };
    view! {
        <li class="message" data-mine="" data-pending="" data-burst=reactive(move || is_in_burst().then_some(""))>
            <Badge user=draft.author name=name.clone()/>
            <p class="by">
                <bdi class="author">{name.to_string()}</bdi>
                {about}
            </p>
            <p class="body" dir="auto">
                {text}
            </p>
            <p class="change">{state}</p>
        </li>
    }
    .erased()
}

/// Names the change of a message that is not loaded.
fn change_label(action: &Action) -> &'static str {
    let texts = language().composer();
    match action {
        Action::Publish { .. } | Action::Describe { .. } => "",
        Action::Edit { .. } => texts.edits_earlier,
        Action::Delete { .. } => texts.deletes_earlier,
        Action::React { on: true, .. } => texts.reacts_earlier,
        Action::React { on: false, .. } => texts.unreacts_earlier,
    }
}
