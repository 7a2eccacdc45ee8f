//! The service worker (`public/sw.js`): it keeps what was read, and tells of mentions while nobody looks.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{cache_page, controls_page, is_supported, register, show_notification};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{cache_page, controls_page, register};

/// Something to tell somebody who looks elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server tells nobody"))]
pub(crate) struct NotificationContent {
    /// Whose words they are.
    pub(crate) title: String,
    /// The words.
    pub(crate) body: String,
    /// What is told under one tag takes the place of what was told before.
    pub(crate) tag: String,
    /// Where pressing it leads.
    pub(crate) path: String,
}
