//! What stands in the field of a topic, for as long as its tab lives: also when the page comes anew. A browser that refuses
//! storage knows it until then.

use std::{cell::RefCell, collections::HashMap};

use leptos::prelude::window;
use web_sys::Storage;

use crate::protocol::TopicName;

const PREFIX: &str = "chorus.unsent.";

thread_local! {
    static HERE: RefCell<HashMap<TopicName, String>> = RefCell::default();
}

/// Keeps what stands there now, instead of what stood there before.
pub(crate) fn keep_unsent(topic: &TopicName, text: String) {
    if let Some(storage) = storage() {
        let key = key(topic);
        let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, &text) };
    }
    HERE.with_borrow_mut(|here| here.insert(topic.clone(), text));
}

/// What stood there last.
pub(crate) fn unsent(topic: &TopicName) -> String {
    let here = HERE.with_borrow(|here| here.get(topic).cloned());
    let stored = || storage().and_then(|storage| storage.get_item(&key(topic)).ok().flatten());
    here.or_else(stored).unwrap_or_default()
}

fn key(topic: &TopicName) -> String {
    format!("{PREFIX}{topic}")
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
