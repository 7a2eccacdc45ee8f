//! Gestures of a finger on a message: a swipe towards the end of the line replies, a long press opens the menu.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::watch;
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::watch;
