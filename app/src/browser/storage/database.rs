//! The database: one object store, from a draft's id to the draft as JSON. A change of its shape needs a new
//! [`VERSION`].

use std::{cell::RefCell, rc::Rc};

use idb::{Database, DatabaseEvent, Error, Factory, ObjectStoreParams, TransactionMode};
use wasm_bindgen::JsValue;

use crate::{browser::base_path::address, json_lite, model::outbox::Draft, protocol::DraftId};

const VERSION: u32 = 1;
const STORE: &str = "draft";

/// Decides about a record once it has been read.
pub(super) type Decision = Box<dyn FnOnce(Option<&Draft>) -> Change>;

pub(super) enum Change {
    Leave,
    Put(Draft),
    Delete,
}

thread_local! {
    /// Open as long as the page lives, or until a newer page wants to upgrade the database.
    static OPEN: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
}

/// Reads a record and changes it in one transaction. Returns the record as it was, once the change is stored.
pub(super) async fn change(id: DraftId, decision: Decision) -> Result<Option<Draft>, Error> {
    let transaction =
        database().await?.transaction(&[STORE], TransactionMode::ReadWrite).inspect_err(drop_connection)?;
    let store = transaction.object_store(STORE)?;
    let key = JsValue::from(id.to_string());
    let before = store.get(key.clone())?.await?.as_ref().and_then(draft);
    match decision(before.as_ref()) {
        Change::Leave => {}
        Change::Put(draft) => {
            let json = serde_json::to_string(&draft).unwrap_or_default();
            store.put(&JsValue::from(json), Some(&key))?.await?;
        }
        Change::Delete => store.delete(key)?.await?,
    }
    transaction.commit()?.await?;
    Ok(before)
}

/// All records that can be decoded.
pub(super) async fn all() -> Result<Vec<Draft>, Error> {
    let transaction =
        database().await?.transaction(&[STORE], TransactionMode::ReadOnly).inspect_err(drop_connection)?;
    let records = transaction.object_store(STORE)?.get_all(None, None)?.await?;
    Ok(records.iter().filter_map(draft).collect())
}

fn draft(record: &JsValue) -> Option<Draft> {
    json_lite::parse(&record.as_string()?)
}

async fn database() -> Result<Rc<Database>, Error> {
    if let Some(open) = OPEN.with_borrow(Option::clone) {
        return Ok(open);
    }
    let opened = open_drafts().await?;
    // Another task may have opened the database meanwhile.
    Ok(OPEN.with_borrow_mut(|open| open.get_or_insert_with(|| opened.into()).clone()))
}

/// Opens a database with one object store, and creates it if needed.
pub(super) async fn open(name: &str, store: &'static str) -> Result<Database, Error> {
    let mut request = Factory::new()?.open(name, Some(VERSION))?;
    request.on_upgrade_needed(move |event| {
        // A failure here makes opening fail.
        let _ = event
            .database()
            .and_then(|database| database.create_object_store(store, ObjectStoreParams::new()));
    });
    request.await
}

async fn open_drafts() -> Result<Database, Error> {
    let mut database = open(&address(format_args!("chorus")), STORE).await?;
    // A newer page can upgrade the database only after all older ones have closed it.
    database.on_version_change(|event| {
        if let Ok(database) = event.database() {
            database.close();
        }
        OPEN.take();
    });
    Ok(database)
}

/// Called when the browser has closed the database: the next access opens it again.
fn drop_connection(_: &Error) {
    OPEN.take();
}
