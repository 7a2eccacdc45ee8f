//! The server's side: it knows no browser's settings.

pub(super) fn watch(_on_change: impl Fn(String) + 'static) {}

pub(super) fn store(_text: &str) {}
