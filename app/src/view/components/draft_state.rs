use leptos::prelude::*;

use super::lazy::{empty, lazy};
use crate::{
    chat::Chat,
    erased::{Erase, reactive},
    i18n::language,
    model::{
        conversation::ConnectionStatus,
        outbox::{OutboxEntry, Persistence, SendState},
    },
};

/// The state of a draft, and what its author can do with it.
#[component]
pub(super) fn DraftState(entry: OutboxEntry) -> impl IntoView {
    let texts = language().composer();
    let chat = Chat::from_context();
    let mine = entry.belongs_to(chat.user());
    let persistence = entry.persistence;
    let state = entry.state.clone();
    let label = match state {
        SendState::Refused(why) => {
            let refused = view! {
                <span class="progress" role="alert" data-refused="">
                    {texts.not_sent_why}
                    {language().refusal(&why)}
                </span>
            };
            refused.erased()
        }
        state => {
            let status = chat.status();
            let is_stored = persistence != Persistence::Pending;
            let text = move || match status.get() {
                // The page does not connect again by itself, so nothing is sent.
                ConnectionStatus::Refused(why) if is_stored && state == SendState::Waiting => {
                    format!("{}{}", texts.not_sent_why, language().refusal(&why))
                }
                _ => text_of(&state, persistence, mine).to_owned(),
            };
            view! { <span class="progress">{reactive(text)}</span> }.erased()
        }
    };
    view! {
        {label}
        {lazy(move |parts| (parts.draft_commands)(entry.clone()), empty)}
    }
    .erased()
}

fn text_of(state: &SendState, persistence: Persistence, mine: bool) -> &'static str {
    let texts = language().composer();
    match state {
        // "Waiting" promises that the page may be closed, so it is shown only for stored drafts.
        SendState::Waiting if persistence == Persistence::Pending => "",
        SendState::Waiting if persistence == Persistence::MemoryOnly => texts.waiting_in_memory,
        SendState::Waiting if mine => texts.waiting,
        SendState::Waiting => texts.from_earlier_session,
        SendState::Sending => texts.sending,
        SendState::Acknowledged(_) => texts.sent,
        SendState::Refused(_) => texts.not_sent,
    }
}
