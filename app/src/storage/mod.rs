//! Where drafts outlive the page: the browser's local storage, one entry a draft, so that two tabs do not overwrite
//! each other. On the server there is nothing to keep.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod nowhere;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{drafts, forget, keep};
#[cfg(not(feature = "hydrate"))]
pub(crate) use nowhere::{drafts, forget, keep};
