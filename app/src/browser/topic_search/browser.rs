//! The browser's side.

use js_sys::encode_uri_component;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::{
    browser::base_path::address,
    json_lite::{FromJson, impl_from_json, parse_value},
    model::quick_switcher::FoundTopic,
};

/// The number of topics to ask for.
const MAX_TOPICS: u32 = 20;

impl_from_json! { FoundTopic { topic, title } }

/// Finds the topics whose name, title or description has all words. Returns `None` if the server does not answer.
pub(crate) async fn find(words: &str) -> Option<Vec<FoundTopic>> {
    let url =
        address(format_args!("/api/v1/topics?limit={MAX_TOPICS}&query={}", encode_uri_component(words)));
    let response: Response = JsFuture::from(window().fetch_with_str(&url)).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    FromJson::from_json(&parse_value(&text)?["topics"])
}
