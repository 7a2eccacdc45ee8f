use std::sync::Arc;

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::composer::focus_composer;
use crate::{
    chat::Chat,
    protocol::{Emoji, Event},
};

/// The reactions that are one press away.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/// What the visitor can do with a message, behind one button.
#[component]
pub(crate) fn MessageActions(event: RwSignal<Arc<Event>>, shown: Memo<Event>, mine: bool) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let key = move |key: KeyboardEvent| {
        if key.key() == "Escape" && open.get_untracked() {
            close();
        }
    };
    view! {
        <div class="menu" on:keydown=key>
            <button
                type="button"
                class="more"
                aria-label="React or change"
                aria-expanded=move || open.get().to_string()
                node_ref=button
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "⋯"
            </button>
            <Show when=move || open.get()>
                <div class="choices" role="group" aria-label="React or change">
                    <span class="palette">
                        <Palette shown close/>
                    </span>
                    <Show when=move || mine>
                        <span class="own">
                            <Own event close/>
                        </span>
                    </Show>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Palette(shown: Memo<Event>, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let chat = Chat::here();
    let known = EMOJI.iter().filter_map(|text| Emoji::try_from((*text).to_owned()).ok());
    let choice = move |emoji: Emoji| {
        let label = format!("React with {emoji}");
        let picture = emoji.to_string();
        let react = move |_| {
            let (seq, on) = shown.with_untracked(|m| (m.seq, !m.has_reaction(&emoji, chat.user())));
            close();
            chat.react(seq, emoji.clone(), on);
        };
        view! {
            <button type="button" class="emoji" aria-label=label on:click=react>
                {picture}
            </button>
        }
    };
    known.map(choice).collect_view()
}

/// What only its author can do. Deleting is asked twice.
#[component]
fn Own(event: RwSignal<Arc<Event>>, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let chat = Chat::here();
    let sure = RwSignal::new(false);
    let edit = move |_| {
        close();
        chat.begin_edit(&event.get_untracked());
    };
    let delete = move |_| {
        if sure.get_untracked() {
            // The button goes with the message.
            focus_composer();
            chat.delete(&event.get_untracked());
        } else {
            sure.set(true);
        }
    };
    view! {
        <button type="button" class="quiet" on:click=edit>
            "Edit"
        </button>
        <button type="button" class="quiet" on:click=delete>
            {move || if sure.get() { "Really delete?" } else { "Delete" }}
        </button>
    }
}
