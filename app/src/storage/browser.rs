//! The browser's side. A browser that refuses storage (private windows, a full disk) loses only what a reload would
//! have kept.

use web_sys::Storage;

use crate::{
    outbox::Draft,
    protocol::{DraftId, TopicName},
};

const PREFIX: &str = "chorus.draft.";

/// Keeps a draft until [`forget`].
pub(crate) fn keep(draft: &Draft) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(draft)) {
        let _ = storage.set_item(&key(draft.id), &json);
    }
}

/// Lets a draft go.
pub(crate) fn forget(id: DraftId) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(id));
    }
}

/// The drafts kept for a topic, in the order they were written.
pub(crate) fn drafts(topic: &TopicName) -> Vec<Draft> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|n| storage.key(n).ok().flatten());
    let kept =
        keys.filter(|key| key.starts_with(PREFIX)).filter_map(|key| storage.get_item(&key).ok().flatten());
    let mut drafts: Vec<Draft> = kept.filter_map(|json| serde_json::from_str(&json).ok()).collect();
    drafts.retain(|draft| &draft.topic == topic);
    drafts.sort_by_key(|draft| draft.written_at);
    drafts
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn key(id: DraftId) -> String {
    format!("{PREFIX}{id}")
}
