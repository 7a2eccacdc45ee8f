//! Finds and focuses elements.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The elements that the keyboard can reach.
pub(super) const FOCUSABLE: &str =
    "a[href], button:not([disabled]), input:not([type=hidden]), textarea, select, [tabindex='0']";

/// The visible elements within another one that the keyboard can reach, in their order.
pub(super) fn focusable(within: &Element) -> Vec<Element> {
    let inner = within.get_elements_by_tag_name("*");
    let elements = (0..inner.length()).filter_map(|index| inner.item(index));
    elements.filter(|element| is_stop(element) && is_visible(element)).collect()
}

/// Whether the keyboard goes to an element.
fn is_stop(element: &Element) -> bool {
    element.matches(FOCUSABLE).unwrap_or(false) || is_scroller(element)
}

/// Whether an element can be scrolled to the side.
pub(super) fn is_scroller(element: &Element) -> bool {
    element.matches("pre, .table").unwrap_or(false) && element.scroll_width() > element.client_width()
}

/// The elements that match a selector, in their order.
pub(super) fn all(selector: &str) -> Vec<Element> {
    let found = document().query_selector_all(selector).ok();
    let nodes =
        found.into_iter().flat_map(|found| (0..found.length()).filter_map(move |index| found.item(index)));
    nodes.filter_map(|node| node.dyn_into().ok()).collect()
}

/// Whether lines begin at the right.
pub(crate) fn is_rtl() -> bool {
    document().document_element().is_some_and(|page| page.get_attribute("dir").as_deref() == Some("rtl"))
}

/// Whether an element has a box in the layout.
pub(super) fn is_visible(element: &Element) -> bool {
    let rect = element.get_bounding_client_rect();
    rect.width() > 0.0 && rect.height() > 0.0
}

/// Focuses an element.
pub(super) fn focus(element: &Element) {
    if is_scroller(element) {
        let _ = element.set_attribute("tabindex", "-1");
    }
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
