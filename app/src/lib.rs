//! What server and browser share. Modules point down this list only.
//!
//! | module | what |
//! |---|---|
//! | [`protocol`] | the wire: frames, newtypes, the tables of codes; pure serde |
//! | [`plain`] | the same as a page reads it, without serde |
//! | [`words`] | what the page says, in every language it speaks |
//! | [`timeline`], [`past`], [`outbox`], [`backoff`] | what a page believes, wants to know and still owes, when it tries again; pure Rust |
//! | [`page`], [`head`] | what the server knows when it renders a page, and what it tells machines about it |
//! | [`conversation`] | one page's conversation with the server, as a pure state machine |
//! | `completion`, `emoji` | what may be meant by what is half typed |
//! | `calendar`, `clipboard` | days as the browser knows them, and what one copies |
//! | `address` | the browser's address, and going from topic to topic |
//! | `drawn` | parts of the page without their types, and what they are made with |
//! | `storage`, `near` | the browser's memory, shared by its tabs, and its view |
//! | `keeper` | what outbox and storage tell each other |
//! | `connection` | the browser's socket; nothing else touches it |
//! | `worker`, `settings` | the service worker, and what a person has set in this browser |
//! | [`chat`] | the context that components use: one verb a user action |
//! | `keeping`, `notice`, `shortcuts` | what is kept for reading offline, what is told to who looks elsewhere, and keys |
//! | `components`, `pages` | one component a file; pages compose them |
//! | [`App`], [`shell`] | the root and the document around it |

// A page is one type, as deep as its markup.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` exclude each other: build the server and `frontend` separately");

mod address;
pub mod backoff;
mod calendar;
pub mod chat;
mod clipboard;
mod completion;
mod components;
mod connection;
pub mod conversation;
pub mod drawn;
mod emoji;
pub mod head;
mod keeper;
mod keeping;
mod near;
mod notice;
pub mod outbox;
pub mod page;
mod pages;
pub mod past;
pub mod plain;
pub mod protocol;
mod root;
mod settings;
mod shell;
mod shortcuts;
#[cfg(feature = "hydrate")]
mod storage;
pub mod timeline;
pub mod words;
mod worker;

#[cfg(test)]
mod fixtures;

#[cfg(feature = "hydrate")]
pub use pages::load as load_page;
pub use root::App;
#[cfg(feature = "hydrate")]
pub use root::{prepare, replace_markup, take_over};
pub use shell::{Assets, NODES_MARK, shell};
