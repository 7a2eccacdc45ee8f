//! The service worker (`public/sw.js`): it keeps what was read, and tells of mentions while nobody looks.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod nowhere;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{is_in_charge, is_there, keep, start, tell};
#[cfg(not(feature = "hydrate"))]
pub(crate) use nowhere::{is_in_charge, keep, start};

/// Something to tell somebody who looks elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server tells nobody"))]
pub(crate) struct Telling {
    /// Whose words they are.
    pub(crate) title: String,
    /// The words.
    pub(crate) body: String,
    /// What is told under one tag takes the place of what was told before.
    pub(crate) tag: String,
    /// Where pressing it leads.
    pub(crate) path: String,
}
