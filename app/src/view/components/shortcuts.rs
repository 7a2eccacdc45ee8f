use leptos::{ev::KeyboardEvent, prelude::*};

use super::lazy::{empty, lazy};
use crate::{
    browser::{
        preferences::Preferences,
        shortcuts::{Shortcut, next_topic},
    },
    chat::{Chat, notifications},
    erased::{Erase, ErasedView, effect, when},
    i18n::language,
    protocol::TopicName,
};

/// The keyboard shortcuts that work anywhere on the page, and the dialog that lists them.
#[component]
pub(crate) fn Shortcuts(
    /// Whether the list is open.
    help: RwSignal<bool>,
    /// Whether the search is open.
    searching: RwSignal<bool>,
) -> impl IntoView {
    let chat = Chat::from_context();
    let preferences = Preferences::from_context();
    let on_key = move |event: KeyboardEvent| {
        let Some(shortcut) = Shortcut::from_event(&event, preferences.get_untracked().keys) else { return };
        event.prevent_default();
        match shortcut {
            Shortcut::Help => help.set(true),
            Shortcut::Search => searching.set(true),
            Shortcut::Step { forward, unread_only } => step(chat, forward, unread_only),
        }
    };
    effect(move || {
        let listening = window_event_listener(leptos::ev::keydown, on_key);
        on_cleanup(move || listening.remove());
    });
    when(move || help.get(), move || lazy(move |parts| (parts.shortcuts_dialog)(help), empty))
}

pub(super) fn dialog(open: RwSignal<bool>) -> ErasedView {
    super::dialog::dialog(
        open,
        "shortcuts",
        language().settings().shortcuts,
        view! { <ShortcutList/> }.erased(),
    )
}

/// Goes to another topic of the sidebar.
fn step(chat: Chat, forward: bool, unread_only: bool) {
    let memberships = chat.memberships().get_untracked();
    let current = chat.topic();
    let topics = chat.topic_list().get_untracked();
    let has_unread =
        |topic: &TopicName| memberships.iter().any(|m| m.topic == *topic && notifications::has_unread(m));
    if let Some(topic) = next_topic(&topics, &current, forward, |topic| !unread_only || has_unread(topic)) {
        chat.open(topic);
    }
}

#[component]
fn ShortcutList() -> impl IntoView {
    let texts = language().settings();
    let rows: [(&[&[&str]], &str); 8] = [
        (&[&["?"]], texts.this_help),
        (&[&["Alt", "↑"], &["Alt", "↓"]], texts.other_topic),
        (&[&["Alt", "Shift", "↑"], &["Alt", "Shift", "↓"]], texts.topic_with_news),
        (&[&["/"], &["Ctrl", "K"]], texts.search),
        (&[&["Esc"]], texts.escape),
        (&[&["↑"]], texts.edit_last),
        (&[&["Enter"]], texts.send),
        (&[&["Shift", "Enter"]], texts.new_line),
    ];
    let row = move |(presses, does): (&'static [&'static [&'static str]], &'static str)| {
        let presses = presses.iter().enumerate().map(|(n, keys)| {
            let or = (n > 0).then(|| format!(" {} ", texts.or));
            let keys =
                keys.iter().enumerate().map(|(n, key)| view! { {(n > 0).then_some("+")} <kbd>{*key}</kbd> });
            view! { {or} <bdi dir="ltr">{keys.collect_view()}</bdi> }
        });
        view! {
            <div>
                <dt>{presses.collect_view()}</dt>
                <dd>{does}</dd>
            </div>
        }
    };
    view! { <dl class="keys">{rows.map(row).into_iter().collect_view()}</dl> }.erased()
}
