//! The server's side: no worker.

pub(crate) fn register(_on_open: impl Fn(String) + 'static) {}

pub(crate) fn controls_page() -> bool {
    false
}

pub(crate) fn cache_page(_path: String) {}
