use leptos::{ev::MouseEvent, html, prelude::*};

use super::{
    Dialogs, Pager, PeopleHere,
    follow_menu::FollowButton,
    icon::{BACK, MAGNIFIER, icon},
    sidebar::{badge, counts},
    topic_menu::TopicMenu,
};
use crate::{
    browser::base_path::address,
    chat::Chat,
    erased::{Derived, Erase, effect_with_previous, memo, reactive},
    i18n::language,
    page_data::TopicPage,
    protocol::Membership,
};

/// The topic's title and description, who is present, and the menus.
#[component]
pub(crate) fn TopicHeader(
    /// Whether the sidebar is open, where it is a drawer.
    topics: RwSignal<bool>,
    /// The topic's page as the server rendered it.
    page: TopicPage,
    dialogs: Dialogs,
) -> impl IntoView {
    let texts = language().topic();
    let chat = Chat::from_context();
    let about = chat.about();
    let current = chat.current();
    let topic_title = chat.title();
    let title = move || topic_title.get();
    let shown = move || if title().is_empty() { current.get().to_string() } else { title() };
    let described = move || about.with(|about| about.as_ref().map(|about| about.description().to_owned()));
    let search = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            dialogs.search.show();
        }
    };
    view! {
        <header>
            {topics_button(topics, chat)}
            <div class="heading">
                <h1 data-titled=reactive(move || (!title().is_empty()).then_some(""))>
                    <bdi>{reactive(shown)}</bdi>
                </h1>
                <p class="about" dir="auto">
                    {reactive(described)}
                </p>
            </div>
            <PeopleHere/>
            <a
                class="find tool"
                href=address(format_args!("/search"))
                rel="external"
                aria-label=texts.search
                title=texts.search
                on:click=search
            >
                {icon(MAGNIFIER)}
            </a>
            <FollowButton/>
            <TopicMenu dialogs/>
            <Pager page/>
        </header>
    }
    .erased()
}

/// The button for the sidebar, where it is a drawer. Without a script it leads to the directory.
fn topics_button(topics: RwSignal<bool>, chat: Chat) -> impl IntoView {
    let button = NodeRef::<html::A>::new();
    return_focus(topics, button);
    let elsewhere = unread_elsewhere(chat);
    let toggle = move |event: MouseEvent| {
        event.prevent_default();
        topics.update(|open| *open = !*open);
    };
    view! {
        <a
            class="topics tool"
            href=address(format_args!("/"))
            rel="external"
            aria-controls="topics"
            aria-expanded=reactive(move || topics.get().to_string())
            role="button"
            node_ref=button
            on:click=toggle
        >
            {icon(BACK)}
            <span class="visually-hidden">{language().topic().topics}</span>
            {reactive(move || badge(elsewhere.get()))}
        </a>
    }
}

/// Focuses the button when the drawer is closed.
fn return_focus(topics: RwSignal<bool>, button: NodeRef<html::A>) {
    effect_with_previous(move |was: Option<bool>| {
        let is = topics.get();
        // The button is inert until the next frame, and cannot take the focus before.
        if let (Some(true), false, Some(button)) = (was, is, button.get_untracked()) {
            request_animation_frame(move || drop(button.focus()));
        }
        is
    });
}

/// The mentions and unread messages in other topics.
fn unread_elsewhere(chat: Chat) -> Derived<(u64, u64)> {
    let current = chat.current();
    let memberships = chat.memberships();
    memo(move || {
        let current = current.get();
        let others = |all: &Vec<Membership>| {
            let others = all.iter().filter(|m| m.topic != current).map(counts);
            others.fold((0, 0), |sum, (mentions, unread)| (sum.0 + mentions, sum.1 + unread))
        };
        memberships.with(others)
    })
}
