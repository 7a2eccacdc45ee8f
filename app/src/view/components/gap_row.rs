use leptos::{html, prelude::*};

use crate::{
    browser::{base_path::message_address, focus, visibility},
    chat::Chat,
    erased::Erase,
    i18n::language,
    model::timeline::Gap,
    protocol::HistoryRange,
};

/// A gap in the loaded log. It is loaded when the reader comes near. Without a script it is a link.
#[component]
pub(crate) fn GapRow(gap: Gap) -> impl IntoView {
    let texts = language().log();
    let chat = Chat::from_context();
    let element = NodeRef::<html::Li>::new();
    on_cleanup(focus::leave_gap);
    visibility::watch_near(element, move |is_below| chat.load(part(gap, is_below)));
    let (label, nearest) =
        if gap.after == 0 { (texts.older, gap.before - 1) } else { (texts.more, gap.after + 1) };
    let load = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        chat.load(part(gap, false));
    };
    view! {
        <li class="hole" node_ref=element>
            <a href=message_address(&chat.topic(), nearest) on:click=load>
                {label}
            </a>
        </li>
    }
    .erased()
}

/// The part of the gap next to the reader.
fn part(gap: Gap, is_below: bool) -> HistoryRange {
    if is_below && gap.after > 0 { HistoryRange::After(gap.after) } else { HistoryRange::Before(gap.before) }
}
