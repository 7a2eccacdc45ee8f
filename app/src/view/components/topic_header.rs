use leptos::{html, prelude::*};

use super::{DescribeButton, Dialogs, Pager, PeopleHere, Settings};
use crate::{
    chat::Chat,
    erased::{Erase, effect_with_previous, reactive},
    i18n::language,
    page_data::TopicPage,
    protocol::Follow,
};

/// The topic's title and description, and who is present.
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
    let button = NodeRef::<html::A>::new();
    let topic_title = chat.title();
    let title = move || topic_title.get();
    let shown = move || if title().is_empty() { current.get().to_string() } else { title() };
    let described = move || about.with(|about| about.as_ref().map(|about| about.description().to_owned()));
    effect_with_previous(move |was: Option<bool>| {
        let is = topics.get();
        // The button is inert until the next frame, and cannot take the focus before.
        if let (Some(true), false, Some(button)) = (was, is, button.get_untracked()) {
            request_animation_frame(move || drop(button.focus()));
        }
        is
    });
    let toggle = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        topics.update(|open| *open = !*open);
    };
    view! {
        <header>
            // Without a script it leads to the directory.
            <a
                class="topics"
                href="/"
                rel="external"
                aria-controls="topics"
                aria-expanded=reactive(move || topics.get().to_string())
                role="button"
                node_ref=button
                on:click=toggle
            >
                {texts.topics}
            </a>
            <h1 data-titled=reactive(move || (!title().is_empty()).then_some(""))>
                <bdi>{reactive(shown)}</bdi>
            </h1>
            <DescribeButton/>
            <p class="about" dir="auto">
                {reactive(described)}
            </p>
            <PeopleHere/>
            <FollowChoice/>
            <Settings dialogs/>
            <Pager page/>
        </header>
    }
    .erased()
}

/// The choice how to follow the topic.
#[component]
fn FollowChoice() -> impl IntoView {
    let texts = language().topic();
    let chat = Chat::from_context();
    let following = chat.following();
    let position = chat.position();
    // A topic without messages cannot be followed. Publishing the first one follows it.
    let is_supported = move || position.get().is_some_and(|seq| seq > 0);
    let choices = [
        (Follow::None, "none", texts.not_followed),
        (Follow::Following, "following", texts.following),
        (Follow::Muted, "muted", texts.muted),
    ];
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        if let Some((follow, ..)) = choices.into_iter().find(|(_, name, _)| *name == value) {
            chat.set_follow(follow);
        }
    };
    let option = move |(follow, value, label): (Follow, &'static str, &'static str)| {
        view! {
            <option value=value selected=reactive(move || following.get() == follow)>
                {label}
            </option>
        }
    };
    view! {
        <label class="following">
            <span class="visually-hidden">{texts.follow_state}</span>
            <select on:change=choose disabled=reactive(move || !is_supported())>{choices.map(option).into_iter().collect_view()}</select>
        </label>
    }.erased()
}
