//! How far each topic was told of in this browser. A database of its own: only there do all tabs see the same at once.

use idb::{Error, TransactionMode};
use wasm_bindgen::JsValue;

use super::{database::open, drafts::with_timeout};

const NAME: &str = "chorus.told";
const STORE: &str = "told";

/// Writes down how far one is, if that is after what was written down before. Of several tabs that do so at once, one
/// is told that it is. So is everyone where nothing can be written down.
pub(crate) async fn advance_mark(
    key: String,
    now: String,
    is_after: impl Fn(&str) -> bool + 'static,
) -> bool {
    with_timeout(advance(key, now, is_after)).await.and_then(Result::ok).unwrap_or(true)
}

async fn advance(key: String, now: String, is_after: impl Fn(&str) -> bool) -> Result<bool, Error> {
    let database = open(NAME, STORE).await?;
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
