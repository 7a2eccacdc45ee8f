//! Tells when the reader comes near to an element, and when elements change their size. On the server nobody reads.

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
