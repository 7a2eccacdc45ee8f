use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    dialogs::Dialogs,
    lazy::{PartsLoader, empty, lazy},
};
use crate::{
    browser::{
        focus,
        preferences::Preferences,
        shortcuts::{BINDINGS, Binding, PageKey, Shortcut, ShortcutScope, is_apple},
    },
    chat::Chat,
    erased::{Erase, ErasedView, effect, when},
    i18n::{ShortcutTexts, language},
};

/// The keyboard shortcuts outside of the message fields, and the dialog that lists all of them.
#[component]
pub(crate) fn Shortcuts(dialogs: Dialogs) -> impl IntoView {
    let chat = Chat::from_context();
    let preferences = Preferences::from_context();
    let loader = expect_context::<PartsLoader>();
    let on_key = move |event: KeyboardEvent| {
        if focus::tab(&event) {
            return event.prevent_default();
        }
        match PageKey::from_event(&event, preferences.get_untracked().keys) {
            Some(PageKey::Shortcut(shortcut)) if run(chat, dialogs, loader, shortcut) => {
                event.prevent_default()
            }
            // The browser puts the character into the field that has the focus after this.
            Some(PageKey::Character) => focus::focus_composer(),
            _ => {}
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

/// Does what a shortcut says, or leaves it to a lazy part. Returns `false` if the browser should handle the key.
fn run(chat: Chat, dialogs: Dialogs, loader: PartsLoader, shortcut: Shortcut) -> bool {
    match shortcut {
        Shortcut::Help => dialogs.help.set(true),
        Shortcut::Jump => dialogs.switcher.dialog.show(),
        Shortcut::Search => dialogs.search.show(),
        Shortcut::Settings => dialogs.settings.set(true),
        Shortcut::Newest if dialogs.cancel() => {}
        Shortcut::Newest => {
            chat.request_newest();
            focus::focus_composer();
        }
        shortcut => return loader.run_shortcut(chat, shortcut),
    }
    true
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
    let scopes = [
        (ShortcutScope::Page, texts.page),
        (ShortcutScope::Log, texts.log),
        (ShortcutScope::Field, texts.field),
    ];
    let part = |(scope, heading): (ShortcutScope, &'static str)| {
        let bindings = BINDINGS.iter().filter(|binding| binding.scope == scope);
        view! {
            <h3>{heading}</h3>
            <dl class="keys">{bindings.map(|binding| row(texts, binding)).collect_view()}</dl>
        }
    };
    scopes.map(part).into_iter().collect_view().erased()
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
