//! Brings the server's page to life.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the markup that the server rendered. The page's start script calls it once.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
