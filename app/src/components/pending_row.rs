use leptos::prelude::*;

use super::{draft_state::DraftState, message_row::Badge};
use crate::{chat::Chat, outbox::Entry};

/// Something the visitor said that the log does not have yet. The row stays the same while its draft moves on, so that
/// whoever stands on one of its buttons is not thrown off the page.
#[component]
pub(crate) fn PendingRow(entry: Entry) -> impl IntoView {
    let chat = Chat::here();
    let draft = entry.draft.clone();
    let now = chat.pending_draft(draft.id);
    let name = draft.name.unwrap_or_else(|| chat.name());
    let state = move || now.get().map(|entry| view! { <DraftState entry/> });
    view! {
        <li class="message" data-mine="" data-pending="">
            <Badge user=draft.author name=name.clone()/>
            <p class="by">
                <bdi class="author">{name.to_string()}</bdi>
                {state}
            </p>
            <p class="body" dir="auto">
                {draft.body}
            </p>
        </li>
    }
}
