//! The tabs of one browser. One tells the others that drafts changed; what they are now they read for
//! themselves, so that a word lost or doubled costs nothing but time.

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

const NAME: &str = "chorus.drafts";

thread_local! {
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new(NAME).ok();
}

/// Tells the other tabs that drafts changed.
pub(super) fn tell() {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(&JsValue::TRUE);
        }
    });
}

/// Calls back when another tab changed drafts, for as long as the page lives.
pub(crate) fn listen(changed: impl Fn() + 'static) {
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |_| changed());
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        }
    });
    heard.forget();
}
