//! The browser's side: one text in its local storage. A browser that refuses to store forgets with the page.

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::window};

const KEY: &str = "chorus.settings";

/// Calls back with what is kept, and whenever another tab changes it, for as long as the page lives.
pub(super) fn follow(changed: impl Fn(String) + 'static) {
    let tell = move || {
        if let Some(kept) = storage().and_then(|storage| storage.get_item(KEY).ok().flatten()) {
            changed(kept);
        }
    };
    tell();
    let _listening = window_event_listener_untyped("storage", move |_| tell());
}

pub(super) fn store(text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEY, text);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
