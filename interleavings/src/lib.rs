//! Explores the schedules in which publishers hand frames over to connections that are about to become idle, with [shuttle].
//!
//! This crate compiles the server's own files for the hub, for connections and for receipts. Its `crate::sync` exports
//! shuttle's primitives instead of those of std and parking_lot, and an in-memory transport replaces the TCP connection. The server
//! crate itself is not changed and not built a second time.
//!
//! | module | contents |
//! |---|---|
//! | `sync` | the primitives of shuttle behind the interface of the server's `crate::sync` |
//! | `counters`, `hub`, `endpoint`, `event_log`, `rate_limiter` | files of the server |
//! | `transport` | a transport in memory, and its peer |
//! | `echo` | the endpoint of the scenarios, and the committer that it publishes through |
//! | [`scenarios`] | what happens at once, and what must hold afterwards |
//!
//! Shuttle treats all atomic operations as sequentially consistent, so it does not find an ordering that is too weak.

// Empty where it is compiled as a unit test: the included files have such tests, which belong to the server.
#![cfg(not(test))]
#![allow(dead_code, unused_imports, reason = "the included files contain more than the scenarios use")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "for tests only")]

#[path = "../../server/src/counters.rs"]
mod counters;
mod endpoint;
mod event_log;
#[path = "../../server/src/hub/mod.rs"]
mod hub;
#[path = "../../server/src/rate_limiter.rs"]
mod rate_limiter;
mod sync;

mod address_limits {
    use tokio::time::Instant;

    /// In place of the limits by address.
    pub(crate) struct AddressPermit;

    impl AddressPermit {
        pub(crate) fn take_bytes(&self, _: usize, _: Instant) -> Result<(), u64> {
            Ok(())
        }
    }
}

mod config {
    /// The settings of a connection.
    pub(crate) struct Limits {
        pub(crate) frame_bytes: usize,
        pub(crate) frames_per_second: u32,
        pub(crate) frame_burst: u32,
        pub(crate) write_seconds: u64,
        pub(crate) pending_bytes: usize,
        pub(crate) pending_bytes_total: usize,
    }
}

pub use endpoint::scenarios;
