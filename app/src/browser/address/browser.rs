//! The browser's side.

use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use super::Address;

/// Adds an address to the browser's history.
pub(crate) fn push(address: &Address) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address.href()));
    }
}

/// Calls `on_navigate` for each click on a link to a topic and each step through the history, as long as the page
/// lives. If it returns `false`, the browser loads the page instead.
pub(crate) fn watch(on_navigate: impl Fn(Address) -> bool + 'static) {
    let on_navigate = std::rc::Rc::new(on_navigate);
    let on_step = std::rc::Rc::clone(&on_navigate);
    let _listening = window_event_listener(ev::click, move |event| {
        if let Some(address) = clicked_link(&event)
            && on_navigate(address)
        {
            event.prevent_default();
        }
    });
    let _listening = window_event_listener_untyped("popstate", move |_| {
        let path = window().location().pathname().unwrap_or_default();
        if !Address::parse(&path).is_some_and(|address| on_step(address)) {
            let _ = window().location().reload();
        }
    });
}

/// The address of the link if the click opens it in this tab.
fn clicked_link(event: &MouseEvent) -> Option<Address> {
    let meant_otherwise = event.default_prevented()
        || event.button() != 0
        || event.meta_key()
        || event.ctrl_key()
        || event.shift_key()
        || event.alt_key();
    if meant_otherwise {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let link: HtmlAnchorElement = link.dyn_into().ok()?;
    let here = window().location();
    let stays = link.target().is_empty() && link.origin() == here.origin().ok()? && link.search().is_empty();
    if stays { Address::parse(&link.pathname()) } else { None }
}
