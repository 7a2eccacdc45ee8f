//! What the outbox and the browser's storage tell each other. The outbox decides, the storage remembers, and where tabs
//! compete for a draft the storage is the judge. On the server nobody has written anything yet.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use crate::browser::storage::{composer_text, listen as watch, save_composer_text, write_journal};
#[cfg(feature = "hydrate")]
pub(crate) use browser::{claim, give_up, reload, remove_committed, store, update, withdraw};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{
    composer_text, give_up, reload, save_composer_text, store, update, watch, withdraw, write_journal,
};

use leptos::prelude::RwSignal;

use crate::model::conversation::Conversation;

/// A page's conversation, as this module changes it. The page may be gone by the time the storage answers.
type ConversationSignal = RwSignal<Conversation>;
