use leptos::prelude::*;

use super::notice_row::people;
use crate::{
    chat::Chat,
    erased::{Derived, Erase, each, memo, reactive, when},
    i18n::language,
    protocol::{Emoji, Event, EventKind, Name, Reactions},
};

/// The reactions to a message. Clicking one adds or removes the person's own.
#[component]
pub(crate) fn ReactionList(message: u64, shown: Derived<Event>) -> impl IntoView {
    let reactions = memo(move || {
        shown.with(|event| match &event.kind {
            EventKind::Message { reactions, .. } => reactions.clone(),
            _ => Vec::new(),
        })
    });
    let emoji = move || reactions.with(|all| all.iter().map(|r| r.emoji.clone()).collect::<Vec<_>>());
    view! {
        {when(move || !reactions.with(Vec::is_empty), move || view! {
            <ul class="reactions" aria-label=language().actions().reactions>
                {each(emoji, Emoji::clone, move |emoji| view! {
                    <Reaction message emoji reactions/>
                }.erased())}
            </ul>
        }.erased())}
    }
    .erased()
}

#[component]
fn Reaction(message: u64, emoji: Emoji, reactions: Derived<Vec<Reactions>>) -> impl IntoView {
    let language = language();
    let chat = Chat::from_context();
    let user = chat.user();
    let of = emoji.clone();
    let names = memo(move || {
        let people = reactions.with(|all| all.iter().find(|r| r.emoji == of).map(|r| r.people.clone()));
        people.unwrap_or_default()
    });
    let mine = memo(move || names.with(|people| people.iter().any(|person| person.user == user)));
    let who = move || {
        names.with(|all| people(language, &all.iter().map(|p| p.name.clone()).collect::<Vec<Name>>()))
    };
    let count = move || names.with(Vec::len);
    let label = {
        let emoji = emoji.clone();
        move || format!("{emoji} {}: {}", count(), who())
    };
    let picture = emoji.to_string();
    view! {
        <li>
            <button
                type="button"
                class="reaction"
                aria-label=reactive(label)
                aria-pressed=reactive(move || mine.get().to_string())
                title=reactive(who)
                on:click=move |_| chat.react(message, emoji.clone(), !mine.get_untracked())
            >
                {picture}
                " "
                <span class="count">{reactive(count)}</span>
            </button>
        </li>
    }
    .erased()
}
