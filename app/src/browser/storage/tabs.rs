//! Notifies the other tabs of this browser that drafts changed, or that the person was given a name. A notification of drafts
//! carries no data: each tab reads the database itself, so a lost or duplicate one costs only time.

use std::rc::Rc;

use leptos::leptos_dom::helpers::window_event_listener_untyped;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent, js_sys::Reflect};

use super::journal::is_journal_key;
use crate::{
    browser::base_path::address,
    protocol::{Name, UserId},
};

thread_local! {
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new(&address(format_args!("chorus.drafts"))).ok();
}

pub(super) fn notify_other_tabs() {
    post(&JsValue::TRUE);
}

/// Tells the other tabs which name a person was given here.
pub(crate) fn announce_name(user: UserId, name: &Name) {
    post(&format!("{user} {}", name.as_input()).into());
}

fn post(message: &JsValue) {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(message);
        }
    });
}

/// Calls `changed` when another tab has changed drafts, and `renamed` with the person's id and name, separated by a space, when
/// another tab has announced them; as long as the page lives.
pub(crate) fn listen(changed: impl Fn() + 'static, renamed: impl Fn(&str) + 'static) {
    let changed = Rc::new(changed);
    let journal_changed = changed.clone();
    let listener =
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match event.data().as_string() {
            Some(announced) => renamed(&announced),
            None => changed(),
        });
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
