//! The favourite topics of this browser's person, as a text in `localStorage`. If the browser refuses storage, they last as long
//! as the page.

#[cfg(feature = "hydrate")]
const KEY: &str = "chorus.favourites";

/// Calls `on_change` with the stored text now and whenever another tab has changed `localStorage`, as long as the page lives.
#[cfg(feature = "hydrate")]
pub(crate) fn watch(on_change: impl Fn(String) + 'static) {
    let read = move || {
        if let Some(stored) = storage().and_then(|storage| storage.get_item(KEY).ok().flatten()) {
            on_change(stored);
        }
    };
    read();
    let _listening = leptos::leptos_dom::helpers::window_event_listener_untyped("storage", move |_| read());
}

#[cfg(feature = "hydrate")]
pub(crate) fn store(text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEY, text);
    }
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

/// The server knows none.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn watch(_on_change: impl Fn(String) + 'static) {}

#[cfg(not(feature = "hydrate"))]
pub(crate) fn store(_text: &str) {}
