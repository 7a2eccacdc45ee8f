//! The quick switcher: goes to a topic by a few letters of its name. The dialog is a lazy part.

mod early_keys;
mod found_topics;
mod list;
mod panel;

use leptos::prelude::*;

use self::early_keys::EarlyKeys;
use super::lazy::{PartsLoader, lazy};
use crate::{
    browser::shortcuts::is_apple,
    erased::{Erase, ErasedView, effect, reactive, when},
    i18n::language,
};

pub(super) use panel::dialog;

/// The switcher's state.
#[derive(Clone, Copy)]
pub(crate) struct Switcher {
    open: RwSignal<bool>,
    /// The keys that were pressed before the dialog could take them; `None` once it does.
    early: RwSignal<Option<EarlyKeys>>,
    /// Whether the search for messages is open.
    search: RwSignal<bool>,
}

impl Switcher {
    pub(super) fn new(search: RwSignal<bool>) -> Self {
        Self { open: RwSignal::new(false), early: RwSignal::new(None), search }
    }

    pub(super) fn show(self) {
        if !self.open.get_untracked() {
            self.early.set(Some(EarlyKeys::default()));
            self.open.set(true);
        }
    }

    fn hide(self) {
        self.early.set(None);
        self.open.set(false);
    }
}

/// The dialog, and until it is loaded what was typed for it.
#[component]
pub(crate) fn QuickSwitcher(switcher: Switcher) -> impl IntoView {
    let loader = expect_context::<PartsLoader>();
    switcher.hold_keys();
    // Keys must not be held for a dialog that will not come.
    effect(move || {
        if loader.has_failed() {
            switcher.hide();
        }
    });
    let placeholder = move || placeholder(switcher);
    when(
        move || switcher.open.get(),
        move || lazy(move |parts| (parts.switcher_dialog)(switcher), placeholder),
    )
}

fn placeholder(switcher: Switcher) -> ErasedView {
    let typed = move || switcher.early.with(|early| early.as_ref().map(EarlyKeys::shown));
    view! {
        <p class="switcher-loading" role="status">
            {language().switcher().jump} " " <bdi>{reactive(typed)}</bdi>
        </p>
    }
    .erased()
}

/// The button that opens the dialog.
#[component]
pub(super) fn JumpButton(
    switcher: Switcher,
    /// Whether the sidebar is open, where it is a drawer.
    drawer: RwSignal<bool>,
) -> impl IntoView {
    let language = language();
    let ctrl = language.shortcuts().ctrl_key;
    // The server does not know the keyboard.
    let keys = RwSignal::new(format!("{ctrl} K"));
    effect(move || {
        if is_apple() {
            keys.set("⌘ K".to_owned());
        }
    });
    let jump = move |_| {
        drawer.set(false);
        switcher.show();
    };
    view! {
        <button type="button" class="jump" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" on:click=jump>
            <span>{language.switcher().jump}</span>
            <kbd aria-hidden="true" dir="ltr">{reactive(move || keys.get())}</kbd>
        </button>
    }
    .erased()
}
