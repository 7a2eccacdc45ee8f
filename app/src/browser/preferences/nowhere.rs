//! The server's side: it knows no browser's settings.

pub(super) fn follow(_changed: impl Fn(String) + 'static) {}

pub(super) fn store(_text: &str) {}
