//! The server as people and programs meet it: over real sockets, one server a test, told like a chat log.
//!
//! Nothing here sleeps to be in time. What should happen is waited for; what should not is shown by a marker that was
//! sent after it and is the next thing heard.

// Outside of `#[test]` functions clippy cannot see that this is a test.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

mod access;
mod alone;
mod api;
mod api_events;
mod bad_input;
mod cases;
mod changing;
mod directory;
mod dropping;
mod endpoint;
mod file_gone;
mod forms;
mod frozen;
#[cfg(target_os = "linux")]
mod full_disk;
mod greeting;
mod handshake;
mod history;
mod hosts;
mod hot_pages;
mod languages;
mod limits;
mod marked;
mod pages;
mod people;
mod plain;
mod presence;
mod program;
mod publishing;
mod reading;
mod restored;
mod resuming;
mod search;
mod shutdown;
mod slow;
mod slow_http;
mod storm;
mod subscribing;
mod topics;
mod trouble;
