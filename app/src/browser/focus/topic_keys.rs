//! The keys of the list of topics.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::elements::{all, focus, is_rtl, is_visible};

/// The topics, and the heads of their sections.
const STOPS: &str = ".sections :is(a, button)";

/// Moves the focus among the topics as a key demands, and opens or closes the section whose head has it. Returns whether the key
/// was for the list.
pub(crate) fn press_topic_key(event: &KeyboardEvent) -> bool {
    let has_modifier = event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key();
    let Some(focused) = document().active_element().filter(|_| !has_modifier) else { return false };
    let stops: Vec<Element> = all(STOPS).into_iter().filter(is_visible).collect();
    let Some(at) = stops.iter().position(|stop| *stop == focused) else { return false };
    let to = match event.key().as_str() {
        "ArrowDown" => Some(at + 1),
        "ArrowUp" => at.checked_sub(1),
        "Home" => Some(0),
        "End" => stops.len().checked_sub(1),
        "ArrowRight" => return set_open(&focused, !is_rtl()),
        "ArrowLeft" => return set_open(&focused, is_rtl()),
        _ => return false,
    };
    if let Some(stop) = to.and_then(|to| stops.get(to)) {
        focus(stop);
    }
    true
}

/// Opens or closes a section. Returns whether it was the other.
fn set_open(head: &Element, open: bool) -> bool {
    let is_other = head.get_attribute("aria-expanded").is_some_and(|is_open| is_open == (!open).to_string());
    if let Some(head) = head.dyn_ref::<HtmlElement>().filter(|_| is_other) {
        head.click();
    }
    is_other
}
