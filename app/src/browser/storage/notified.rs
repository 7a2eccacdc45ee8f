//! How far this browser has notified of each topic. A database of its own, because only IndexedDB transactions are
//! atomic across tabs.

use idb::{Error, TransactionMode};
use wasm_bindgen::JsValue;

use super::{database::open, drafts::with_timeout};
use crate::browser::base_path::address;

const STORE: &str = "told";

/// Stores a position if it is newer than the stored one, and returns whether it was. If several tabs store the same position,
/// only one of them gets `true`. Returns `true` if there is no storage.
pub(crate) async fn advance_position(
    key: String,
    now: String,
    is_after: impl Fn(&str) -> bool + 'static,
) -> bool {
    with_timeout(advance(key, now, is_after)).await.and_then(Result::ok).unwrap_or(true)
}

async fn advance(key: String, now: String, is_after: impl Fn(&str) -> bool) -> Result<bool, Error> {
    let database = open(&address(format_args!("chorus.told")), STORE).await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(STORE)?;
    let key = JsValue::from(key);
    let notified =
        store.get(key.clone())?.await?.and_then(|notified| notified.as_string()).unwrap_or_default();
    let is_newer = is_after(&notified);
    if is_newer {
        store.put(&JsValue::from(now), Some(&key))?.await?;
    }
    transaction.commit()?.await?;
    database.close();
    Ok(is_newer)
}
