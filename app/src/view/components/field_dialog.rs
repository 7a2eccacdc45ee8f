//! A dialog with a field, whose code may still be loading when it is opened. Until it is shown, the keys are held for it:
//! they belong to no other field, least of all to the message field.

use leptos::{ev::KeyboardEvent, prelude::*};

use crate::browser::shortcuts::is_composing;

/// The keys that were pressed before the dialog was shown.
#[derive(Clone, Default)]
pub(super) struct EarlyKeys {
    pub(super) text: String,
    /// Whether Enter was pressed after the text.
    pub(super) is_submitted: bool,
}

impl EarlyKeys {
    /// Adds a key. Returns `false` if it is none of a text field.
    fn push(&mut self, key: &str) -> bool {
        match key {
            "Enter" => self.is_submitted = true,
            "Backspace" => drop(self.text.pop()),
            _ if key.chars().count() != 1 => return false,
            _ if self.is_submitted => {}
            _ => self.text.push_str(key),
        }
        true
    }
}

/// The state of such a dialog.
#[derive(Clone, Copy)]
pub(crate) struct FieldDialog {
    pub(super) open: RwSignal<bool>,
    /// The held keys; `None` unless the dialog is opening.
    early: RwSignal<Option<EarlyKeys>>,
}

impl FieldDialog {
    pub(super) fn closed() -> Self {
        Self { open: RwSignal::new(false), early: RwSignal::new(None) }
    }

    pub(super) fn show(self) {
        if !self.open.get_untracked() {
            self.early.set(Some(EarlyKeys::default()));
            self.open.set(true);
        }
    }

    pub(super) fn hide(self) {
        self.early.set(None);
        self.open.set(false);
    }

    /// Returns the held text while the dialog is opening, and `None` otherwise.
    pub(super) fn typed(self) -> Option<String> {
        self.early.with(|early| early.as_ref().map(|early| early.text.clone()))
    }

    /// The dialog takes the keys from now on. Returns those that were held.
    pub(super) fn take_early_keys(self) -> EarlyKeys {
        self.early.try_update(Option::take).flatten().unwrap_or_default()
    }

    /// Takes a key while the dialog is opening. Returns whether it has taken it.
    pub(super) fn hold(self, event: &KeyboardEvent) -> bool {
        // AltGr, which types characters, counts as Ctrl and Alt on some systems.
        let is_command = event.meta_key() || (event.ctrl_key() && !event.alt_key());
        if self.early.with_untracked(Option::is_none) || is_command || is_composing(event) {
            return false;
        }
        if event.key() == "Escape" {
            self.hide();
            return true;
        }
        let push =
            |early: &mut Option<EarlyKeys>| early.as_mut().is_some_and(|early| early.push(&event.key()));
        self.early.try_update(push).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_held_as_a_field_would_take_them() {
        let mut early = EarlyKeys::default();
        for key in ["g", "ä", "x", "Shift", "Backspace", "r", "Enter", "z"] {
            assert_eq!(early.push(key), key != "Shift");
        }
        assert_eq!((early.text.as_str(), early.is_submitted), ("gär", true));
    }
}
