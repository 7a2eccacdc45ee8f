//! Observes which elements are near or in view, and when elements change their size.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod in_view;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{is_page_active, watch_near, watch_size};
#[cfg(feature = "hydrate")]
pub(crate) use in_view::messages_in_view;
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{is_page_active, messages_in_view, watch_near, watch_size};
