//! Keeps the outbox and the browser's storage in sync. The outbox decides what to do, the storage remembers, and where
//! tabs compete for a draft the storage's transaction decides.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use crate::browser::storage::{
    announce_name, composer_text, listen as watch, save_composer_text, write_journal,
};
#[cfg(feature = "hydrate")]
pub(crate) use browser::{claim, give_up, reload, remove_committed, store, update, withdraw};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{
    announce_name, composer_text, give_up, reload, save_composer_text, store, update, watch, withdraw,
    write_journal,
};

use leptos::prelude::RwSignal;

use crate::model::conversation::Conversation;

/// The page's conversation. It may be disposed of by the time the storage answers, hence the `try_` methods.
type ConversationSignal = RwSignal<Conversation>;
