use leptos::prelude::*;

use super::{
    icon::{REPLY, icon},
    menu::Menu,
    react_button::React,
};
use crate::{
    browser::focus::focus_composer,
    chat::Chat,
    erased::{Erase, ErasedView},
    i18n::language,
};

/// The reaction that takes one click.
const FIRST_REACTION: &str = "👍";

/// The bar of the message under the pointer: the most common actions, with one click each.
pub(super) fn bar(menu: Menu) -> ErasedView {
    let texts = language().actions();
    let chat = Chat::from_context();
    let choose = move |_| {
        menu.picker.set(true);
        menu.open.set(true);
    };
    let reply = move |_| {
        chat.set_reply_to(Some(menu.event.get_untracked()));
        focus_composer();
    };
    view! {
        <span class="quick">
            <React picture=FIRST_REACTION shown=menu.shown close=|| {}/>
            <button type="button" class="emoji" aria-label=texts.more_emoji title=texts.more_emoji on:click=choose>
                {icon("M8 1.5a6.5 6.5 0 1 0 6.5 6.5M5.5 9.5a2.7 2.7 0 0 0 5 0M6 6v.5M10 6v.5M13 .8v4.4M10.8 3h4.4")}
            </button>
            <button type="button" aria-label=texts.reply title=texts.reply on:click=reply>
                {icon(REPLY)}
            </button>
        </span>
    }
    .erased()
}
