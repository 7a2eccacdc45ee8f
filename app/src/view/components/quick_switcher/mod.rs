//! The quick switcher: goes to a topic by a few letters of its name. The dialog is a lazy part.

mod found_topics;
mod list;
mod panel;

use leptos::prelude::*;

use super::{field_dialog::FieldDialog, lazy::lazy};
use crate::{
    browser::shortcuts::is_apple,
    erased::{Erase, ErasedView, effect, reactive, when},
    i18n::language,
};

pub(super) use panel::dialog;

/// The switcher's state.
#[derive(Clone, Copy)]
pub(crate) struct Switcher {
    pub(super) dialog: FieldDialog,
    /// The search for messages, to which the last row leads.
    search: FieldDialog,
}

impl Switcher {
    pub(super) fn new(search: FieldDialog) -> Self {
        Self { dialog: FieldDialog::closed(), search }
    }
}

/// The dialog, and until it is loaded what was typed for it.
#[component]
pub(crate) fn QuickSwitcher(switcher: Switcher) -> impl IntoView {
    let dialog = switcher.dialog;
    dialog.hold_keys();
    when(
        move || dialog.open.get(),
        move || lazy(move |parts| (parts.switcher_dialog)(switcher), move || placeholder(dialog)),
    )
}

fn placeholder(dialog: FieldDialog) -> ErasedView {
    let typed = move || dialog.typed();
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
        switcher.dialog.show();
    };
    view! {
        <button type="button" class="jump" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" on:click=jump>
            <span>{language.switcher().jump}</span>
            <kbd aria-hidden="true" dir="ltr">{reactive(move || keys.get())}</kbd>
        </button>
    }
    .erased()
}
