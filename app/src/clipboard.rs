//! The browser's clipboard.

/// Copies the full address of a path. Nothing happens where the browser does not allow it.
#[cfg(feature = "hydrate")]
pub(crate) fn copy(path: &str) {
    let window = leptos::prelude::window();
    if let Ok(origin) = window.location().origin() {
        let _ = window.navigator().clipboard().write_text(&format!("{origin}{path}"));
    }
}

/// Only a browser gets here.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn copy(_: &str) {}
