use leptos::prelude::*;

use super::notice_row::people;
use crate::{
    chat::Chat,
    protocol::{Emoji, Event, EventKind, Name, Reactions},
};

/// Who reacted to a message with what. Pressing one joins in, or takes it back.
#[component]
pub(crate) fn ReactionList(message: u64, shown: Memo<Event>) -> impl IntoView {
    let reactions = Memo::new(move |_| {
        shown.with(|event| match &event.kind {
            EventKind::Message { reactions, .. } => reactions.clone(),
            _ => Vec::new(),
        })
    });
    let emoji = move || reactions.with(|all| all.iter().map(|r| r.emoji.clone()).collect::<Vec<_>>());
    view! {
        <Show when=move || !reactions.with(Vec::is_empty)>
            <ul class="reactions" aria-label="Reactions">
                <For each=emoji key=Emoji::clone let:emoji>
                    <Reaction message emoji reactions/>
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Reaction(message: u64, emoji: Emoji, reactions: Memo<Vec<Reactions>>) -> impl IntoView {
    let chat = Chat::here();
    let user = chat.user();
    let of = emoji.clone();
    let names = Memo::new(move |_| {
        let people = reactions.with(|all| all.iter().find(|r| r.emoji == of).map(|r| r.people.clone()));
        people.unwrap_or_default()
    });
    let mine = Memo::new(move |_| names.with(|people| people.iter().any(|person| person.user == user)));
    let who = move || names.with(|all| people(&all.iter().map(|p| p.name.clone()).collect::<Vec<Name>>()));
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
                aria-label=label
                aria-pressed=move || mine.get().to_string()
                title=who
                on:click=move |_| chat.react(message, emoji.clone(), !mine.get_untracked())
            >
                {picture}
                " "
                <span class="count">{count}</span>
            </button>
        </li>
    }
}
