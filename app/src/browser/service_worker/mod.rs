//! Talks to the service worker (`public/sw.js`), which caches pages for offline reading and shows system notifications.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{cache_page, controls_page, is_supported, register, show_notification};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{cache_page, controls_page, register};

/// A system notification.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server shows no notifications"))]
pub(crate) struct NotificationContent {
    pub(crate) title: String,
    pub(crate) body: String,
    /// A notification replaces the one with the same tag.
    pub(crate) tag: String,
    /// The path to open when it is clicked.
    pub(crate) path: String,
}
