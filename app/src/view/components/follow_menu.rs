//! The menu that changes how the person follows the topic.

use leptos::prelude::*;

use super::{icon::BELL, lazy::empty, menu::HeaderMenu};
use crate::{
    chat::Chat,
    erased::{Erase, ErasedView, reactive},
    i18n::{TopicTexts, language},
    protocol::Follow,
};

/// The button with the bell. It says how the person follows the topic.
#[component]
pub(super) fn FollowButton() -> impl IntoView {
    let texts = language().topic();
    let chat = Chat::from_context();
    let following = chat.following();
    let menu = HeaderMenu::new();
    let label = move || format!("{}: {}", texts.follow_state, name(texts, following.get()));
    let state = move || match following.get() {
        Follow::None => "none",
        Follow::Following => "following",
        Follow::Muted => "muted",
    };
    view! {
        <div class="following" data-follow=reactive(state)>
            {menu.view(label, BELL, |parts, menu| (parts.follow_menu)(menu))}
        </div>
    }
    .erased()
}

fn name(texts: &TopicTexts, follow: Follow) -> &'static str {
    match follow {
        Follow::None => texts.not_followed,
        Follow::Following => texts.following,
        Follow::Muted => texts.muted,
    }
}

/// The choices.
pub(super) fn items(menu: HeaderMenu) -> ErasedView {
    let texts = language().topic();
    let chat = Chat::from_context();
    let following = chat.following();
    let position = chat.position();
    // A topic without messages cannot be followed. Publishing the first one follows it.
    let is_supported = move || position.get().is_some_and(|seq| seq > 0);
    let item = move |(follow, hint): (Follow, &'static str)| {
        let choose = move |_| {
            menu.popover.close();
            chat.set_follow(follow);
        };
        view! {
            <button
                type="button"
                role="menuitemradio"
                aria-checked=reactive(move || (following.get() == follow).to_string())
                disabled=reactive(move || !is_supported())
                on:click=choose
            >
                <span>{name(texts, follow)}</span>
                <span class="hint">{hint}</span>
            </button>
        }
        .erased()
    };
    let choices = [
        (Follow::Following, texts.following_hint),
        (Follow::Muted, texts.muted_hint),
        (Follow::None, texts.not_followed_hint),
    ];
    menu.items(texts.follow_state, choices.map(item).into_iter().collect_view().erased(), empty())
}
