//! Brings the server's page to life.

use leptos::mount::hydrate_body;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Takes over the markup that the server rendered. The page's start script calls it once, and says whether it is a topic's.
#[wasm_bindgen]
pub fn hydrate(is_topic: bool) {
    console_error_panic_hook::set_once();
    if is_topic {
        return hydrate_body(app::App);
    }
    spawn_local(async {
        if app::load_page().await {
            hydrate_body(app::App);
        }
    });
}
