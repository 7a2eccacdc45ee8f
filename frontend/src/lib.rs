//! Brings the server's page to life.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Takes over the markup that the server rendered. The page's start script calls it once, and says whether it is a topic's.
#[wasm_bindgen]
pub fn hydrate(is_topic: bool) {
    console_error_panic_hook::set_once();
    spawn_local(async move {
        if is_topic || app::load_page().await {
            app::take_over().await;
        }
    });
}
