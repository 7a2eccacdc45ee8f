//! Tells when the reader comes near to an element, and when elements change their size. On the server nobody reads.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod nowhere;
#[cfg(feature = "hydrate")]
mod view;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{is_seen, watch, watch_size};
#[cfg(not(feature = "hydrate"))]
pub(crate) use nowhere::{in_view, is_seen, watch, watch_size};
#[cfg(feature = "hydrate")]
pub(crate) use view::in_view;
