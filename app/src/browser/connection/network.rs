//! Reads what the browser reports about the network and the tab.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::window_event_listener};
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::JsFuture;

use super::Wake;

/// Whether the browser reports that it is online.
pub(crate) fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Whether the server demands the access secret. A failed WebSocket handshake does not tell the page its status code,
/// so the page requests its own address again and looks for 401.
pub(crate) async fn is_access_denied() -> bool {
    let answer = std::pin::pin!(fetch_page_status());
    match select(answer, TimeoutFuture::new(ACCESS_CHECK_TIMEOUT_MS)).await {
        Either::Left((status, _)) => status == Some(UNAUTHORIZED),
        Either::Right(_) => false,
    }
}

const ACCESS_CHECK_TIMEOUT_MS: u32 = 3_000;

const UNAUTHORIZED: u16 = 401;

async fn fetch_page_status() -> Option<u16> {
    let window = web_sys::window()?;
    let path = window.location().pathname().ok()?;
    let response = JsFuture::from(window.fetch_with_str(&path)).await.ok()?;
    response.dyn_into::<web_sys::Response>().ok().map(|response| response.status())
}

/// Wakes the connection when the browser goes online or offline, and when the person returns to the tab.
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
    // Never removed: the page listens as long as it lives.
    listener.forget();
}
