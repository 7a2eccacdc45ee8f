use leptos::{html, prelude::*};

use crate::{
    browser::visibility, chat::Chat, erased::Erase, i18n::language, model::timeline::Hole,
    protocol::HistoryRange,
};

/// A part of the log that is not here yet. It is asked for when the reader comes near; without a script it is a link.
#[component]
pub(crate) fn HoleRow(hole: Hole) -> impl IntoView {
    let texts = language().log();
    let chat = Chat::from_context();
    let element = NodeRef::<html::Li>::new();
    visibility::watch_near(element, move |is_below| chat.load(part(hole, is_below)));
    let (words, beside) =
        if hole.after == 0 { (texts.older, hole.before - 1) } else { (texts.more, hole.after + 1) };
    let ask = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        chat.load(part(hole, false));
    };
    view! {
        <li class="hole" node_ref=element>
            <a href=format!("/t/{}/{beside}#m{beside}", chat.topic()) on:click=ask>
                {words}
            </a>
        </li>
    }
    .erased()
}

/// The end of the hole that the reader comes to.
fn part(hole: Hole, is_below: bool) -> HistoryRange {
    if is_below && hole.after > 0 {
        HistoryRange::After(hole.after)
    } else {
        HistoryRange::Before(hole.before)
    }
}
