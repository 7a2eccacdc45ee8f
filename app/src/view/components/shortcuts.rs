use leptos::{ev::KeyboardEvent, prelude::*};

use super::lazy::{empty, lazy};
use crate::{
    browser::{
        focus,
        preferences::Preferences,
        shortcuts::{BINDINGS, Binding, PageKey, Place, Shortcut, is_apple, next_topic},
    },
    chat::{Chat, notifications},
    erased::{Erase, ErasedView, effect, when},
    i18n::{ShortcutTexts, language},
    protocol::TopicName,
};

/// Whether each dialog that a shortcut opens is open.
#[derive(Clone, Copy)]
pub(crate) struct Dialogs {
    pub(crate) help: RwSignal<bool>,
    pub(crate) search: RwSignal<bool>,
    pub(crate) settings: RwSignal<bool>,
}

impl Dialogs {
    pub(crate) fn new() -> Self {
        Self { help: RwSignal::new(false), search: RwSignal::new(false), settings: RwSignal::new(false) }
    }
}

/// The keyboard shortcuts outside of the message fields, and the dialog that lists all of them.
#[component]
pub(crate) fn Shortcuts(dialogs: Dialogs) -> impl IntoView {
    let chat = Chat::from_context();
    let preferences = Preferences::from_context();
    let on_key = move |event: KeyboardEvent| {
        if focus::tab(&event) {
            return event.prevent_default();
        }
        match PageKey::from_event(&event, preferences.get_untracked().keys) {
            // Where there is nothing to go to, the browser scrolls.
            Some(PageKey::Shortcut(Shortcut::Control { left })) if !focus::step_control(left) => {}
            Some(PageKey::Shortcut(shortcut)) => {
                event.prevent_default();
                run(chat, dialogs, shortcut);
            }
            // The browser puts the character into the field that has the focus after this.
            Some(PageKey::Character) => focus::focus_composer(),
            None => {}
        }
    };
    effect(move || {
        let keys = window_event_listener(leptos::ev::keydown, on_key);
        let pointer = window_event_listener(leptos::ev::pointerdown, |event| focus::pointer_down(&event));
        on_cleanup(move || {
            keys.remove();
            pointer.remove();
        });
    });
    let help = dialogs.help;
    when(move || help.get(), move || lazy(move |parts| (parts.shortcuts_dialog)(help), empty))
}

fn run(chat: Chat, dialogs: Dialogs, shortcut: Shortcut) {
    match shortcut {
        Shortcut::Help => dialogs.help.set(true),
        Shortcut::Search => dialogs.search.set(true),
        Shortcut::Settings => dialogs.settings.set(true),
        Shortcut::Step { forward, unread_only } => step(chat, forward, unread_only),
        Shortcut::Region { forward } => focus::step_region(forward),
        Shortcut::Newest => {
            chat.request_newest();
            focus::focus_composer();
        }
        Shortcut::Message { forward } => focus::step_message(forward),
        Shortcut::Menu => focus::open_menu(),
        Shortcut::Reply => reply(chat),
        Shortcut::Edit => edit(chat),
        // Handled before, and by the message fields.
        Shortcut::Control { .. }
        | Shortcut::Send
        | Shortcut::NewLine
        | Shortcut::EditLast
        | Shortcut::ReplyTo { .. }
        | Shortcut::Mark(_) => {}
    }
}

fn reply(chat: Chat) {
    if let Some(message) = focus::focused_message().and_then(|seq| chat.loaded_message(seq)) {
        chat.set_reply_to(Some(message));
        focus::focus_composer();
    }
}

fn edit(chat: Chat) {
    let message = focus::focused_message().and_then(|seq| chat.loaded_message(seq));
    let is_editing = chat.editing().with_untracked(Option::is_some);
    if let Some(message) = message.filter(|message| !is_editing && chat.is_me(message.author.user)) {
        chat.begin_edit(&message);
    }
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

pub(super) fn dialog(open: RwSignal<bool>) -> ErasedView {
    super::dialog::dialog(
        open,
        "shortcuts",
        language().settings().shortcuts,
        view! { <ShortcutList/> }.erased(),
    )
}

#[component]
fn ShortcutList() -> impl IntoView {
    let texts = language().shortcuts();
    let places = [(Place::Page, texts.page), (Place::Log, texts.log), (Place::Field, texts.field)];
    let part = |(place, heading): (Place, &'static str)| {
        let bindings = BINDINGS.iter().filter(|binding| binding.place == place);
        view! {
            <h3>{heading}</h3>
            <dl class="keys">{bindings.map(|binding| row(texts, binding)).collect_view()}</dl>
        }
    };
    places.map(part).into_iter().collect_view().erased()
}

fn row(texts: &'static ShortcutTexts, binding: &'static Binding) -> impl IntoView {
    let chords = binding.chords.iter().enumerate().map(|(n, (chord, _))| {
        let or = (n > 0).then(|| format!(" {} ", texts.or));
        let keys = chord.key_labels(texts, is_apple()).into_iter().enumerate();
        let keys = keys.map(|(n, key)| view! { {(n > 0).then_some("+")} <kbd>{key}</kbd> });
        view! { {or} <bdi dir="ltr">{keys.collect_view()}</bdi> }
    });
    view! {
        <div>
            <dt>{chords.collect_view()}</dt>
            <dd>{(binding.text)(texts)}</dd>
        </div>
    }
}
