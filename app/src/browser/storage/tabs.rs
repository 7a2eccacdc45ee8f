//! Notifies the other tabs of this browser that drafts changed. A notification carries no data: each tab reads the
//! database itself, so a lost or duplicate one costs only time.

use std::rc::Rc;

use leptos::leptos_dom::helpers::window_event_listener_untyped;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent, js_sys::Reflect};

use super::journal::is_journal_key;
use crate::browser::base_path::address;

thread_local! {
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new(&address(format_args!("chorus.drafts"))).ok();
}

pub(super) fn notify_other_tabs() {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(&JsValue::TRUE);
        }
    });
}

/// Calls `changed` when another tab has changed drafts, as long as the page lives.
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
    // A tab that is closed right after Enter cannot post to the channel any more, but its journal entry triggers this
    // event.
    let _listening = window_event_listener_untyped("storage", move |event| {
        let text = |field: &str| Reflect::get(&event, &field.into()).ok().and_then(|value| value.as_string());
        if text("key").is_some_and(|key| is_journal_key(&key)) && text("newValue").is_some() {
            journal_changed();
        }
    });
}
