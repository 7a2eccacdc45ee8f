//! The quick switcher: goes to a topic by a few letters of its name. The dialog is a lazy part.

mod found_topics;
mod list;
mod panel;

use leptos::prelude::*;

use super::{dialogs::Switcher, field_dialog::FieldDialog, lazy_dialog::lazy_dialog};
use crate::{
    browser::shortcuts::is_apple,
    erased::{Erase, ErasedView, effect, reactive},
    i18n::language,
};

pub(super) use panel::dialog;

/// The dialog, and until it is loaded what was typed for it.
#[component]
pub(crate) fn QuickSwitcher(switcher: Switcher) -> impl IntoView {
    lazy_dialog(switcher.dialog, move |parts| (parts.switcher_dialog)(switcher), placeholder)
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
