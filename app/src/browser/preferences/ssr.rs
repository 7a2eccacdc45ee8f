//! The server's side: it does not know the browser's preferences.

pub(super) fn watch(_on_change: impl Fn(String) + 'static) {}

pub(super) fn store(_text: &str) {}
