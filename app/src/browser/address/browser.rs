//! The browser's side.

use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use super::Address;

/// Shows an address; the one before it is a step back.
pub(crate) fn go(address: &Address) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address.href()));
    }
}

/// Calls back with the address of every link that is followed, and of every step back or forth, for as long as the page
/// lives. What it says no to is left to the browser.
pub(crate) fn watch(came: impl Fn(Address) -> bool + 'static) {
    let came = std::rc::Rc::new(came);
    let stepped = std::rc::Rc::clone(&came);
    let _listening = window_event_listener(ev::click, move |event| {
        if let Some(address) = followed(&event)
            && came(address)
        {
            event.prevent_default();
        }
    });
    let _listening = window_event_listener_untyped("popstate", move |_| {
        let path = window().location().pathname().unwrap_or_default();
        if !Address::parse(&path).is_some_and(|address| stepped(address)) {
            let _ = window().location().reload();
        }
    });
}

/// The address of a link that is followed in this tab.
fn followed(event: &MouseEvent) -> Option<Address> {
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
