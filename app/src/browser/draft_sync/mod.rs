//! What the outbox and the browser's storage tell each other. The outbox decides, the storage remembers, and where tabs
//! compete for a draft the storage is the judge. On the server nobody has written anything yet.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod nowhere;

#[cfg(feature = "hydrate")]
pub(crate) use crate::browser::storage::{jot, keep_unsent, unsent};
#[cfg(feature = "hydrate")]
pub(crate) use browser::{claim, give_up, keep, read, revise, settle, take, watch};
#[cfg(not(feature = "hydrate"))]
pub(crate) use nowhere::{give_up, jot, keep, keep_unsent, read, revise, take, unsent, watch};

use leptos::prelude::RwSignal;

use crate::model::conversation::Conversation;

/// A page's conversation, as this module changes it. The page may be gone by the time the storage answers.
type Page = RwSignal<Conversation>;
