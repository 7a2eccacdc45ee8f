//! Brings the server's page to life. The page's start script calls these, in this order.

use leptos::logging::warn;
use wasm_bindgen::prelude::wasm_bindgen;

/// Loads what a page needs before it can be made, and says whether that is here: a topic's page has all of it.
#[wasm_bindgen]
pub async fn load(is_topic: bool) -> bool {
    is_topic || app::load_page().await
}

/// Makes the page's view.
#[wasm_bindgen]
pub fn prepare() {
    // Until the page is live a panic says that the markup is not ours: the start script knows what to do.
    std::panic::set_hook(Box::new(|panic| warn!("{panic}")));
    app::prepare();
}

/// Takes over the markup that the server rendered. Throws where it was changed on its way; this instance is of no use then.
#[wasm_bindgen]
pub fn take_over() {
    app::take_over();
    console_error_panic_hook::set_once();
}

/// Draws the page in the place of the markup.
#[wasm_bindgen]
pub fn replace_markup() {
    console_error_panic_hook::set_once();
    app::replace_markup();
}
