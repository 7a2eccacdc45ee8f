//! The search for an emoji: the recent ones and all groups, or what a text finds.

use leptos::{ev::KeyboardEvent, html, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::react_button::{React, toggle_reaction};
use crate::{
    browser::{recent_emoji, shortcuts::is_composing},
    chat::Chat,
    erased::{Derived, Erase, ErasedView, effect, reactive},
    i18n::language,
    model::emoji::{self, GROUPS},
    protocol::Event,
};

/// An emoji and its group's name.
type Jump = (&'static str, &'static str);

pub(super) fn picker(shown: Derived<Event>, close: Callback<()>) -> ErasedView {
    let texts = language().actions();
    let chat = Chat::from_context();
    let part = RwSignal::new(String::new());
    let field = NodeRef::<html::Input>::new();
    let list = NodeRef::<html::Span>::new();
    effect(move || {
        if let Some(field) = field.get() {
            request_animation_frame(move || drop(field.focus()));
        }
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() != "Enter" || is_composing(&event) {
            return;
        }
        event.prevent_default();
        if let Some(picture) = part.with_untracked(|part| first(part)) {
            close.run(());
            toggle_reaction(chat, shown, picture);
        }
    };
    // Those that were used before it was opened, so that nothing moves under the pointer.
    let recent = emoji::recent(&recent_emoji::load());
    let button =
        move |picture: &'static str| view! { <React picture shown close=move || close.run(())/> }.erased();
    let content = move || match part.get().trim() {
        "" => groups(&recent, button),
        text => emoji::named(text).map(|(picture, _)| button(picture)).collect_view().erased(),
    };
    // A search has no groups.
    let jump = Callback::new(move |picture: &'static str| {
        part.set(String::new());
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
        request_animation_frame(move || show_group(list, picture));
    });
    view! {
        <span class="picker">
            <input
                type="search"
                node_ref=field
                enterkeyhint="send"
                aria-label=texts.find_emoji
                placeholder=texts.find_emoji
                on:input=move |event| part.set(event_target_value(&event))
                on:keydown=on_key
            />
            <span class="jumps">{jumps().map(|group| jump_button(group, jump)).collect_view()}</span>
            <span class="found" node_ref=list>{reactive(content)}</span>
        </span>
    }
    .erased()
}

/// Returns the first emoji that a text finds, which Enter takes.
fn first(part: &str) -> Option<&'static str> {
    let part = part.trim();
    let found = (!part.is_empty()).then(|| emoji::named(part).next()).flatten();
    found.map(|(picture, _)| picture)
}

/// The name of each group, with its first emoji.
fn jumps() -> impl Iterator<Item = Jump> {
    let names = language().lazy().emoji_groups;
    let firsts = GROUPS.into_iter().map(|group| group.first().map_or("", |(picture, _)| picture));
    firsts.zip(names)
}

/// A button that shows a group.
fn jump_button((picture, name): Jump, jump: Callback<&'static str>) -> impl IntoView {
    view! {
        <button type="button" class="emoji" aria-label=name title=name on:click=move |_| jump.run(picture)>
            {picture}
        </button>
    }
}

/// Scrolls to the group that begins with this emoji, and focuses it.
fn show_group(list: NodeRef<html::Span>, picture: &'static str) {
    let Some(list) = list.get_untracked() else { return };
    let group = list.query_selector(&format!("[data-group=\"{picture}\"]")).ok().flatten();
    let Some(group) = group.and_then(|group| group.dyn_into::<HtmlElement>().ok()) else { return };
    list.set_scroll_top(group.offset_top());
    let first = group.query_selector("button").ok().flatten();
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

/// The recent emoji, and all groups, under their names.
fn groups(recent: &[&'static str], button: impl Fn(&'static str) -> ErasedView + Copy) -> ErasedView {
    let texts = language().lazy();
    let group = |name: &'static str, first: Option<&'static str>, pictures: Vec<&'static str>| {
        view! {
            <span class="group" role="group" aria-label=name data-group=first>
                <span class="name" aria-hidden="true">{name}</span>
                {pictures.into_iter().map(button).collect_view()}
            </span>
        }
        .erased()
    };
    let recent = (!recent.is_empty()).then(|| group(texts.recent_emoji, None, recent.to_vec()));
    let all = GROUPS.into_iter().zip(texts.emoji_groups).map(|(all, name)| {
        let pictures: Vec<_> = all.iter().map(|(picture, _)| *picture).collect();
        group(name, pictures.first().copied(), pictures)
    });
    view! { {recent} {all.collect_view()} }.erased()
}
