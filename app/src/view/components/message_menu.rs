//! The popover of a message's menu, with the actions in it.

use std::sync::Arc;

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    copy_button::{CopyButton, RefusedCopy, refused_text},
    emoji_picker,
    icon::{BIN, DOT, LINK, PENCIL, REPLY, SHEETS, icon},
    menu::Menu,
    react_button::React,
};
use crate::{
    browser::{base_path::message_address, clipboard::url_of, focus::focus_composer},
    chat::Chat,
    erased::{Derived, Erase, ErasedView, reactive, when},
    i18n::language,
    protocol::{Event, EventKind},
};

/// Reactions that are offered without searching.
const QUICK_REACTIONS: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

pub(super) fn popover(menu: Menu) -> ErasedView {
    let texts = language().actions();
    let Menu { event, shown, mine, open, picker, popover } = menu;
    let close = move || popover.close();
    let own = mine.then(|| view! { <OwnActions event close/> }.erased());
    let refused = RwSignal::new(None);
    let hidden = move || {
        picker.try_set(false);
        open.try_set(false);
    };
    let content = view! {
        <span class="palette">
            <Palette shown open=picker close/>
        </span>
        <div class="items" role="menu" aria-label=texts.menu>
            <CommonActions event shown mine refused close/>
            {own}
        </div>
        {refused_text(refused)}
    };
    popover.view(texts.menu, hidden, content.erased())
}

/// The quick reactions, and a search for all others.
#[component]
fn Palette(
    shown: Derived<Event>,
    /// Whether the search is shown.
    open: RwSignal<bool>,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let texts = language().actions();
    view! {
        {QUICK_REACTIONS.into_iter().map(|picture| view! { <React picture shown close/> }).collect_view()}
        <button
            type="button"
            class="emoji"
            aria-label=texts.more_emoji
            aria-expanded=reactive(move || open.get().to_string())
            on:click=move |_| open.update(|open| *open = !*open)
        >
            "+"
        </button>
        {when(move || open.get(), move || emoji_picker::picker(shown, Callback::new(move |()| close())))}
    }
    .erased()
}

/// The author's actions. Deleting needs a second click.
#[component]
fn OwnActions(event: RwSignal<Arc<Event>>, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let texts = language().actions();
    let chat = Chat::from_context();
    let sure = RwSignal::new(false);
    let edit = move |_| {
        close();
        chat.begin_edit(&event.get_untracked());
    };
    let delete = move |_| {
        if sure.get_untracked() {
            // The deleted message has no button that could keep the focus.
            focus_composer();
            chat.delete(&event.get_untracked());
        } else {
            sure.set(true);
        }
    };
    view! {
        {item(PENCIL, texts.edit, edit)}
        <button type="button" role="menuitem" class="danger" on:click=delete>
            {icon(BIN)}
            {reactive(move || if sure.get() { texts.really_delete } else { texts.delete })}
        </button>
    }
    .erased()
}

/// Everyone's actions.
#[component]
fn CommonActions(
    event: RwSignal<Arc<Event>>,
    shown: Derived<Event>,
    mine: bool,
    refused: RefusedCopy,
    close: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let texts = language().actions();
    let chat = Chat::from_context();
    let answer = move |_| {
        close();
        chat.set_reply_to(Some(event.get_untracked()));
        focus_composer();
    };
    let mark = move |_| {
        close();
        chat.mark_unread(event.with_untracked(|event| event.seq));
    };
    let unread = (!mine && chat.is_followed()).then(|| item(DOT, language().lazy().mark_unread, mark));
    let link = move || event.with_untracked(|event| url_of(&message_address(&event.topic, event.seq)));
    let text = move || {
        shown.with_untracked(|event| match &event.kind {
            EventKind::Message { body, .. } => body.clone(),
            _ => String::new(),
        })
    };
    view! {
        {item(REPLY, texts.reply, answer)}
        <CopyButton label=texts.copy_link path=LINK text=link refused/>
        <CopyButton label=texts.copy_text path=SHEETS text refused/>
        {unread}
    }
    .erased()
}

/// A row of the menu.
fn item(path: &'static str, label: &'static str, act: impl Fn(MouseEvent) + 'static) -> ErasedView {
    view! {
        <button type="button" role="menuitem" on:click=act>
            {icon(path)}
            {label}
        </button>
    }
    .erased()
}
