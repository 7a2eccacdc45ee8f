//! The state of the dialogs that shortcuts open.

use leptos::prelude::*;

use super::field_dialog::FieldDialog;

/// Whether each dialog that a shortcut opens is open.
#[derive(Clone, Copy)]
pub(crate) struct Dialogs {
    pub(crate) describe: RwSignal<bool>,
    pub(crate) help: RwSignal<bool>,
    pub(crate) search: FieldDialog,
    pub(crate) settings: RwSignal<bool>,
    pub(crate) switcher: Switcher,
}

impl Dialogs {
    pub(crate) fn new() -> Self {
        let search = FieldDialog::closed();
        let switcher = Switcher::new(search);
        let closed = || RwSignal::new(false);
        Self { describe: closed(), help: closed(), search, settings: closed(), switcher }
    }
}

/// The state of the quick switcher.
#[derive(Clone, Copy)]
pub(crate) struct Switcher {
    pub(super) dialog: FieldDialog,
    /// The search for messages, to which the last row leads.
    pub(super) search: FieldDialog,
}

impl Switcher {
    pub(super) fn new(search: FieldDialog) -> Self {
        Self { dialog: FieldDialog::closed(), search }
    }
}

impl Dialogs {
    /// Closes the dialog that is still loading: while one is shown, it takes the keys. Returns whether there was one.
    pub(super) fn cancel(self) -> bool {
        let mut dialogs = [self.describe, self.help, self.settings].into_iter();
        dialogs.find(|open| open.get_untracked()).map(|open| open.set(false)).is_some()
    }
}
