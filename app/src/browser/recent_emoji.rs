//! The emoji that this browser's person reacted with last, in `localStorage`. If the browser refuses storage, there are none.

#[cfg(feature = "hydrate")]
fn key() -> String {
    super::base_path::address(format_args!("chorus.emoji"))
}

/// Returns the stored text.
#[cfg(feature = "hydrate")]
pub(crate) fn load() -> String {
    storage().and_then(|storage| storage.get_item(&key()).ok().flatten()).unwrap_or_default()
}

#[cfg(feature = "hydrate")]
pub(crate) fn store(text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&key(), text);
    }
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

/// The server knows none.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn load() -> String {
    String::new()
}

#[cfg(not(feature = "hydrate"))]
pub(crate) fn store(_text: &str) {}
