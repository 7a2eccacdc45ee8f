//! The tabs of one browser. One tells the others that drafts changed; what they are now they read for
//! themselves, so that a word lost or doubled costs nothing but time.

use std::rc::Rc;

use leptos::leptos_dom::helpers::window_event_listener_untyped;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent, js_sys::Reflect};

use super::journal::is_journal_key;

const NAME: &str = "chorus.drafts";

thread_local! {
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new(NAME).ok();
}

/// Tells the other tabs that drafts changed.
pub(super) fn notify_other_tabs() {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(&JsValue::TRUE);
        }
    });
}

/// Calls back when another tab changed drafts, for as long as the page lives.
pub(crate) fn listen(changed: impl Fn() + 'static) {
    let changed = Rc::new(changed);
    let journal_changed = changed.clone();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |_| changed());
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        }
    });
    listener.forget();
    // A tab that ends right after Enter says nothing on the channel: its entry in the journal does.
    let _listening = window_event_listener_untyped("storage", move |event| {
        let text = |field: &str| Reflect::get(&event, &field.into()).ok().and_then(|value| value.as_string());
        if text("key").is_some_and(|key| is_journal_key(&key)) && text("newValue").is_some() {
            journal_changed();
        }
    });
}
