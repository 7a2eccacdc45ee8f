use std::sync::Arc;

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    lazy::{empty, lazy},
    menu::{Menu, Popover},
};
use crate::{
    erased::{Derived, Erase, reactive, when},
    i18n::{fill, language},
    page_data::isolated_excerpt,
    protocol::Event,
};

/// The longest excerpt of a message in the label of its menu.
const MAX_LABEL_CHARS: usize = 40;

fn beginning(event: &Event) -> String {
    isolated_excerpt(&event.kind.plain_text(), MAX_LABEL_CHARS)
}

/// The button that opens a message's menu.
#[component]
pub(crate) fn MessageActions(
    event: RwSignal<Arc<Event>>,
    shown: Derived<Event>,
    mine: bool,
    /// Whether the pointer or the focus is on the message.
    active: RwSignal<bool>,
) -> impl IntoView {
    let texts = language().actions();
    let open = RwSignal::new(false);
    let picker = RwSignal::new(false);
    let popover = Popover::new();
    let seq = event.with_untracked(|event| event.seq);
    let label = move || {
        let (author, words) = shown.with(|event| (event.author.name.to_string(), beginning(event)));
        format!("{}: {words}", fill(texts.menu_of, &author))
    };
    let menu = Menu { event, shown, mine, open, picker, popover };
    // The browser closes a popover that is shown, but this one may still be loading.
    let close_unshown = move |key: KeyboardEvent| {
        if key.key() == "Escape" && open.get_untracked() && !popover.is_shown() {
            key.prevent_default();
            picker.set(false);
            open.set(false);
        }
    };
    view! {
        // Not announced with the messages of the log.
        <div class="menu" aria-live="off" on:keydown=close_unshown>
            {when(move || active.get(), move || lazy(move |parts| (parts.quick_actions)(menu), empty))}
            <button
                type="button"
                class="more"
                id=format!("m{seq}-menu")
                aria-label=reactive(label)
                aria-labelledby=format!("m{seq}-menu m{seq}-time")
                aria-expanded=reactive(move || open.get().to_string())
                node_ref=popover.button
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "⋯"
            </button>
            {when(move || open.get(), move || lazy(move |parts| (parts.message_menu)(menu), empty))}
        </div>
    }
    .erased()
}
