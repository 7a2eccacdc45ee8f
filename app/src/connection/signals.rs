//! What the browser says about the network and the tab.

use leptos::{ev, prelude::window_event_listener};
use wasm_bindgen::{JsCast, prelude::Closure};

use super::Wake;

/// Whether the browser believes that there is a network.
pub(crate) fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Wakes the connection when the network comes or goes, and when the person comes back to the tab.
pub(crate) fn wake_on_return(wake: &Wake) {
    for event in [ev::Custom::<web_sys::Event>::new("online"), ev::Custom::new("offline")] {
        let wake = wake.clone();
        let _listening = window_event_listener(event, move |_| wake.wake());
    }
    let wake = wake.clone();
    let listener = Closure::<dyn FnMut()>::new(move || wake.wake());
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        let _ =
            document.add_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref());
    }
    // The page listens for as long as it lives.
    listener.forget();
}
