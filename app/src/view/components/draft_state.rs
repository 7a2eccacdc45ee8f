use leptos::prelude::*;

use super::lazy::{empty, lazy};
use crate::{
    chat::Chat,
    erased::Erase,
    i18n::language,
    model::outbox::{OutboxEntry, Persistence, SendState},
};

/// The state of a draft, and what its author can do with it.
#[component]
pub(super) fn DraftState(entry: OutboxEntry) -> impl IntoView {
    let texts = language().composer();
    let mine = entry.belongs_to(Chat::from_context().user());
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
        state => view! { <span class="progress">{text_of(&state, persistence, mine)}</span> }.erased(),
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
