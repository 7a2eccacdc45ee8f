//! Tells when the reader comes near to an element. On the server nobody reads.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod nowhere;

#[cfg(feature = "hydrate")]
pub(crate) use browser::watch;
#[cfg(not(feature = "hydrate"))]
pub(crate) use nowhere::watch;
