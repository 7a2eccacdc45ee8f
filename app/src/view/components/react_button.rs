//! The button that adds or removes a person's reaction.

use leptos::prelude::*;

use crate::{
    browser::recent_emoji,
    chat::Chat,
    erased::{Derived, Erase},
    i18n::language,
    model::emoji::with_recent,
    protocol::{Emoji, Event},
};

/// The button of a reaction.
#[component]
pub(super) fn React(
    picture: &'static str,
    shown: Derived<Event>,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let chat = Chat::from_context();
    let react = move |_| {
        close();
        toggle_reaction(chat, shown, picture);
    };
    let label = language().actions().react_with.replacen("{}", picture, 1);
    view! {
        <button type="button" class="emoji" aria-label=label on:click=react>
            {picture}
        </button>
    }
    .erased()
}

/// Adds or removes a reaction.
pub(super) fn toggle_reaction(chat: Chat, shown: Derived<Event>, picture: &'static str) {
    let Ok(emoji) = Emoji::try_from(picture.to_owned()) else { return };
    let (seq, on) = shown.with_untracked(|m| (m.seq, !m.has_reaction(&emoji, chat.user())));
    if on {
        recent_emoji::store(&with_recent(&recent_emoji::load(), picture));
    }
    chat.react(seq, emoji, on);
}
