//! The WebAssembly module's exports. The page's start script (`app/src/view/start.js`) calls them in this order, with
//! either `hydrate` or `replace_markup` at the end.

use leptos::logging::warn;
use wasm_bindgen::prelude::wasm_bindgen;

/// Loads the code that the page's view needs. Returns whether it is there; a topic's page needs no more than this
/// module.
#[wasm_bindgen]
pub async fn load(is_topic: bool) -> bool {
    is_topic || app::load_other_pages().await
}

/// Makes the page's view.
#[wasm_bindgen]
pub fn prepare() {
    // A panic before the page is live means that the markup was changed on its way. The start script handles that, so
    // it is logged as a warning and not as an error.
    std::panic::set_hook(Box::new(|panic| warn!("{panic}")));
    app::prepare();
}

/// Hydrates the server's markup. Throws if the markup was changed on its way; this WebAssembly instance must not be
/// used after that.
#[wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
    console_error_panic_hook::set_once();
}

/// Replaces the server's markup by a page that is rendered in the browser.
#[wasm_bindgen]
pub fn replace_markup() {
    console_error_panic_hook::set_once();
    app::replace_markup();
}
