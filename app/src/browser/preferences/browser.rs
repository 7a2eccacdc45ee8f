//! The browser's side: one JSON text in `localStorage`. If the browser refuses storage, preferences last as long as the
//! page.

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::window};

use crate::browser::base_path::address;

/// Calls `on_change` with the stored text now and whenever another tab changes it, as long as the page lives.
pub(super) fn watch(on_change: impl Fn(String) + 'static) {
    let read = move || {
        if let Some(stored) = storage().and_then(|storage| storage.get_item(&key()).ok().flatten()) {
            on_change(stored);
        }
    };
    read();
    let _listening = window_event_listener_untyped("storage", move |_| read());
}

pub(super) fn store(text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&key(), text);
    }
}

fn key() -> String {
    address(format_args!("chorus.settings"))
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
