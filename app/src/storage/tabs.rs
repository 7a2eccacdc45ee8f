//! The tabs of one browser. One tells the others that a topic's drafts changed; what they are now they read for
//! themselves, so that a word lost or doubled costs nothing but time.

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::protocol::TopicName;

const NAME: &str = "chorus.drafts";

thread_local! {
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new(NAME).ok();
}

/// Tells the other tabs that the drafts of a topic changed.
pub(super) fn tell(topic: &TopicName) {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(&JsValue::from(topic.to_string()));
        }
    });
}

/// Calls back when another tab changed the drafts of a topic, for as long as the page lives.
pub(crate) fn listen(topic: TopicName, changed: impl Fn() + 'static) {
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if event.data().as_string().is_some_and(|about| about == topic.to_string()) {
            changed();
        }
    });
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        }
    });
    heard.forget();
}
