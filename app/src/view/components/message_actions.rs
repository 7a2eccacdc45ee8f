use std::sync::Arc;

use leptos::{html, prelude::*};

use super::{
    lazy::{empty, lazy},
    menu::Menu,
};
use crate::{
    erased::{Derived, Erase, reactive, when},
    i18n::language,
    protocol::Event,
};

/// The button that opens a message's menu.
#[component]
pub(crate) fn MessageActions(
    event: RwSignal<Arc<Event>>,
    shown: Derived<Event>,
    mine: bool,
) -> impl IntoView {
    let texts = language().actions();
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let choices = NodeRef::<html::Div>::new();
    let menu = Menu { event, shown, mine, open, button, choices };
    view! {
        <div class="menu">
            <button
                type="button"
                class="more"
                aria-label=texts.menu
                aria-expanded=reactive(move || open.get().to_string())
                node_ref=button
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "⋯"
            </button>
            {when(move || open.get(), move || lazy(move |parts| (parts.message_menu)(menu), empty))}
        </div>
    }
    .erased()
}
