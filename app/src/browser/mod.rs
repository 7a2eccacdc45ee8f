//! Everything that touches web APIs. Each module has a stand-in for the server (`ssr`) that does nothing.

pub(crate) mod address;
pub(crate) mod appearance;
pub(crate) mod base_path;
pub(crate) mod calendar;
pub(crate) mod clipboard;
pub(crate) mod connection;
pub(crate) mod draft_sync;
pub(crate) mod focus;
pub(crate) mod gestures;
pub(crate) mod preferences;
pub(crate) mod recent_emoji;
pub(crate) mod service_worker;
pub(crate) mod shortcuts;
#[cfg(feature = "hydrate")]
pub(crate) mod storage;
pub(crate) mod text_format;
pub(crate) mod topic_search;
pub(crate) mod visibility;
