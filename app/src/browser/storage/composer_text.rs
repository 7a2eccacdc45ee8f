//! The unsent text in the composer of each topic, in `sessionStorage`: it lasts as long as the tab and survives a
//! reload. If the browser refuses storage it lasts as long as the page.

use std::cell::RefCell;

use leptos::prelude::window;
use web_sys::Storage;

use crate::{browser::base_path::address, model::sorted::SortedMap, protocol::TopicName};

thread_local! {
    static CACHE: RefCell<SortedMap<TopicName, String>> = RefCell::default();
}

pub(crate) fn save_composer_text(topic: &TopicName, text: String) {
    if let Some(storage) = storage() {
        let key = key(topic);
        let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, &text) };
    }
    CACHE.with_borrow_mut(|cache| cache.insert(topic.clone(), text));
}

pub(crate) fn composer_text(topic: &TopicName) -> String {
    let cached = CACHE.with_borrow(|cache| cache.get(topic).cloned());
    let stored = || storage().and_then(|storage| storage.get_item(&key(topic)).ok().flatten());
    cached.or_else(stored).unwrap_or_default()
}

fn key(topic: &TopicName) -> String {
    address(format_args!("chorus.unsent.{topic}"))
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
