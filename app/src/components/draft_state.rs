use leptos::prelude::*;

use crate::{
    chat::Chat,
    outbox::{Entry, Progress},
    protocol::DraftId,
};

/// How far a draft has come, and what its author can do about it.
#[component]
pub(super) fn DraftState(entry: Entry) -> impl IntoView {
    let chat = Chat::here();
    let (id, free, mine) = (entry.draft.id, entry.is_free(), entry.is_of(chat.user()));
    match entry.progress {
        Progress::Sending => view! { <span class="progress">"Sending…"</span> }.into_any(),
        Progress::Stored(_) => view! { <span class="progress">"Sent"</span> }.into_any(),
        Progress::Refused(why) => view! { <Refusal id why/> }.into_any(),
        Progress::Waiting if !mine => view! { <FromBefore id/> }.into_any(),
        Progress::Waiting if free => view! { <Waiting id/> }.into_any(),
        Progress::Waiting => view! { <PerhapsSent id/> }.into_any(),
    }
}

#[component]
fn Waiting(id: DraftId) -> impl IntoView {
    view! {
        <span class="progress">"Waiting to be sent"</span>
        <span class="actions">
            <TakeBack id/>
        </span>
    }
}

/// The line broke while it was under way: it will be asked for, and not be said twice.
#[component]
fn PerhapsSent(id: DraftId) -> impl IntoView {
    let chat = Chat::here();
    view! {
        <span class="progress">"Waiting to be sent"</span>
        <span class="actions">
            <button type="button" title="It may have arrived already" on:click=move |_| chat.give_up(id)>
                "Stop trying"
            </button>
        </span>
    }
}

/// It was written in this browser, but before its present session: that may have been somebody else.
#[component]
fn FromBefore(id: DraftId) -> impl IntoView {
    let chat = Chat::here();
    let name = chat.present_name();
    view! {
        <span class="progress">"Left from an earlier session"</span>
        <span class="actions">
            <button type="button" on:click=move |_| chat.adopt(id)>
                {move || format!("Send as {}", name.get())}
            </button>
            <button type="button" on:click=move |_| chat.give_up(id)>
                "Discard"
            </button>
        </span>
    }
}

#[component]
fn Refusal(id: DraftId, why: String) -> impl IntoView {
    let chat = Chat::here();
    view! {
        <span class="progress" role="alert" data-refused="">
            "Not sent: "
            {why}
        </span>
        <span class="actions">
            <button type="button" on:click=move |_| chat.retry(id)>
                "Try again"
            </button>
            <TakeBack id/>
        </span>
    }
}

#[component]
fn TakeBack(id: DraftId) -> impl IntoView {
    let chat = Chat::here();
    view! {
        <button type="button" on:click=move |_| chat.edit(id)>
            "Edit"
        </button>
        <button type="button" on:click=move |_| chat.discard(id)>
            "Discard"
        </button>
    }
}
