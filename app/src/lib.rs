//! What server and browser share. Modules point down this list only.
//!
//! | module | what |
//! |---|---|
//! | [`protocol`] | the wire: frames, newtypes, the tables of codes; pure serde |
//! | [`timeline`], [`past`], [`outbox`], [`backoff`] | what a page believes, wants to know and still owes, when it tries again; pure Rust |
//! | [`page`] | what the server knows when it renders a page |
//! | [`conversation`] | one page's conversation with the server, as a pure state machine |
//! | `storage`, `near` | the browser's memory, shared by its tabs, and its view |
//! | `keeper` | what outbox and storage tell each other |
//! | `connection` | the browser's socket; nothing else touches it |
//! | [`chat`] | the context that components use: one verb a user action |
//! | `components`, `pages` | one component a file; pages compose them |
//! | [`App`], [`shell`] | the root and the document around it |

// A page is one type, as deep as its markup.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` exclude each other: build the server and `frontend` separately");

pub mod backoff;
pub mod chat;
mod components;
mod connection;
pub mod conversation;
mod keeper;
mod near;
pub mod outbox;
pub mod page;
mod pages;
pub mod past;
pub mod protocol;
mod root;
mod shell;
#[cfg(feature = "hydrate")]
mod storage;
pub mod timeline;

#[cfg(test)]
mod fixtures;

pub use root::App;
pub use shell::{Assets, shell};
