//! Integration tests of the server over real sockets. Each test starts its own server and reads like a chat log.
//!
//! No test sleeps to synchronise. Expected events are awaited with a timeout; to show that an event does not occur, a test sends a
//! marker afterwards and asserts that the marker arrives next.

// Outside of `#[test]` functions clippy cannot see that this is a test.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

mod api_events;
mod bad_input;
mod base_path;
mod both_databases;
mod database_trouble;
mod dropped_streams;
mod endpoint;
#[cfg(target_os = "linux")]
mod full_disk;
mod handshake;
mod hello;
mod hosts;
mod input_tables;
mod languages;
mod limits;
mod nodes;
mod page_cache;
mod pages;
mod plain_dialect;
mod pooler;
mod presence;
mod program;
mod proxies;
mod readiness;
mod removed_texts;
mod replaced_files;
mod restore_watermark;
mod restored_backup;
mod search;
mod single_process;
mod slow_consumers;
mod slow_http;
mod stalled_database;
mod themes;
#[cfg(feature = "tls")]
mod tls;
