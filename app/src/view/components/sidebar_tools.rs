//! The lazy parts of the sidebar.

use leptos::prelude::*;

use super::{
    Dialogs, OwnName,
    icon::{CHECKS, PLUS, SLIDERS, icon},
};
use crate::{
    browser::base_path::address,
    chat::Chat,
    erased::{Erase, ErasedView, reactive},
    i18n::language,
};

/// The button that marks everything as read, and the link to the form that creates a topic.
pub(super) fn tools() -> ErasedView {
    let chat = Chat::from_context();
    let label = language().topic().new_topic;
    let mark_all = language().lazy().mark_all_read;
    let has_unread = chat.has_unread();
    view! {
        // Always there, so that nothing moves.
        <button
            type="button"
            class="quiet tool"
            aria-label=mark_all
            title=mark_all
            disabled=reactive(move || !has_unread.get())
            on:click=move |_| chat.mark_everything_read()
        >
            {icon(CHECKS)}
        </button>
        <a href=address(format_args!("/?new")) rel="external" class="tool" aria-label=label title=label>
            {icon(PLUS)}
        </a>
    }
    .erased()
}

/// The person's name, and the settings.
pub(super) fn foot(drawer: RwSignal<bool>, dialogs: Dialogs, own_name: OwnName) -> ErasedView {
    let settings = language().topic().settings;
    // A drawer that closes gives the focus back to its button in the next frame.
    let after_closing = move |act: fn(Dialogs, OwnName)| {
        drawer.set(false);
        request_animation_frame(move || act(dialogs, own_name));
    };
    let rename = move |_| after_closing(|_, own_name| own_name.edit());
    let set_up = move |_| after_closing(|dialogs, _| dialogs.settings.set(true));
    view! {
        <p class="foot">
            <button type="button" class="quiet own-name" title=reactive(move || own_name.label()) on:click=rename>
                {own_name.badge()}
                <bdi class="name">{reactive(move || own_name.short_label())}</bdi>
            </button>
            <button
                type="button"
                class="quiet tool"
                aria-haspopup="dialog"
                aria-label=settings
                title=settings
                on:click=set_up
            >
                {icon(SLIDERS)}
            </button>
        </p>
    }
    .erased()
}
