//! A write-ahead journal for drafts in `localStorage`. IndexedDB stores asynchronously, so a tab that is closed right
//! after Enter may abort its transaction; `localStorage` has stored the draft before the field is cleared. An entry is
//! removed once the database has the draft.

use web_sys::Storage;

use crate::{
    browser::base_path::address,
    json_lite,
    model::outbox::{Draft, fits_in_journal},
    protocol::DraftId,
};

/// The beginning of all keys. Those of another chat begin with its path, so none begins with those of this one.
fn prefix() -> String {
    address(format_args!("chorus.written."))
}

/// Stores a draft synchronously. Returns `false` if there is no storage or no room.
pub(crate) fn write_journal(draft: &Draft) -> bool {
    let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(draft)) else { return false };
    let sizes = keys(&storage).into_iter().filter_map(|key| storage.get_item(&key).ok().flatten());
    let fits = fits_in_journal(sizes.map(|entry| units(&entry)), units(&json));
    fits && storage.set_item(&key(draft.id), &json).is_ok()
}

/// All entries that can be decoded.
pub(crate) fn journal_entries() -> Vec<Draft> {
    let Some(storage) = storage() else { return Vec::new() };
    let entries = keys(&storage).into_iter().filter_map(|key| storage.get_item(&key).ok().flatten());
    entries.filter_map(|json| json_lite::parse(&json)).collect()
}

/// Whether the journal has this draft.
pub(super) fn is_in_journal(id: DraftId) -> bool {
    storage().and_then(|storage| storage.get_item(&key(id)).ok().flatten()).is_some()
}

/// Removes a draft. Returns whether it was there.
pub(super) fn remove_from_journal(id: DraftId) -> bool {
    let was_there = is_in_journal(id);
    if let Some(storage) = storage().filter(|_| was_there) {
        let _ = storage.remove_item(&key(id));
    }
    was_there
}

/// Whether a key of `localStorage` belongs to the journal.
pub(super) fn is_journal_key(key: &str) -> bool {
    key.starts_with(&prefix())
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn keys(storage: &Storage) -> Vec<String> {
    let all = (0..storage.length().unwrap_or(0)).filter_map(|n| storage.key(n).ok().flatten());
    all.filter(|key| is_journal_key(key)).collect()
}

fn key(id: DraftId) -> String {
    format!("{}{id}", prefix())
}

/// `None` if the browser forbids storage.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
