//! Keys that are pressed between the shortcut and the dialog, whose code may still be loading.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::Switcher;
use crate::{
    browser::shortcuts::{capture_keys, is_composing},
    erased::effect,
};

#[derive(Clone, Default)]
pub(super) struct EarlyKeys {
    pub(super) text: String,
    /// Whether Enter was pressed after the text.
    pub(super) is_submitted: bool,
}

impl EarlyKeys {
    pub(super) fn shown(&self) -> String {
        self.text.clone()
    }

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

impl Switcher {
    /// Keeps the keys that belong to the dialog from other fields, of which one may have the focus.
    pub(super) fn hold_keys(self) {
        effect(move || capture_keys(move |event| self.hold(event)));
    }

    /// Returns whether it has taken the key.
    fn hold(self, event: &KeyboardEvent) -> bool {
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

    /// The dialog takes the keys from now on. Returns those that were held.
    pub(super) fn take_early_keys(self) -> EarlyKeys {
        self.early.try_update(Option::take).flatten().unwrap_or_default()
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
