//! The client's state machines: pure Rust, without Leptos or a browser, tested with plain `#[test]`.

#![warn(missing_docs)]

pub mod backoff;
pub(crate) mod completion;
pub mod conversation;
pub(crate) mod emoji;
pub mod history;
pub mod outbox;
pub mod timeline;

#[cfg(test)]
pub(crate) mod fixtures;
