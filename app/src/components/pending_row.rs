use leptos::prelude::*;

use super::message_row::Badge;
use crate::{
    chat::Chat,
    outbox::{Entry, Progress},
    protocol::DraftId,
};

/// Something the visitor said that the log does not have yet.
#[component]
pub(crate) fn PendingRow(entry: Entry) -> impl IntoView {
    let chat = Chat::here();
    let Entry { draft, progress } = entry;
    let name = chat.name();
    let state = match progress {
        Progress::Waiting => view! { <span class="progress">"Waiting to be sent"</span> }.into_any(),
        Progress::Sending => view! { <span class="progress">"Sending…"</span> }.into_any(),
        Progress::Stored(_) => view! { <span class="progress">"Sent"</span> }.into_any(),
        Progress::Refused(why) => view! { <Refusal id=draft.id why/> }.into_any(),
    };
    view! {
        <li class="message" data-mine="" data-pending="">
            <Badge user=chat.user() name=name.clone()/>
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

#[component]
fn Refusal(id: DraftId, why: String) -> impl IntoView {
    let chat = Chat::here();
    view! {
        <span class="progress" role="alert" data-refused="">
            "Not sent: "
            {why}
            " "
            <button type="button" on:click=move |_| chat.retry(id)>
                "Try again"
            </button>
            " "
            <button type="button" on:click=move |_| chat.discard(id)>
                "Discard"
            </button>
        </span>
    }
}
