//! The benchmark: `make bench`.
//!
//! Modules point down this list only.
//!
//! | module | contents |
//! |---|---|
//! | [`driver`] | starts servers and loads in turn, and writes tables (`src/bin/bench.rs`) |
//! | [`load`] | the load generator: connect, warm up, measure, drain, report (`src/bin/load.rs`) |
//! | [`dialect`] | encoding and parsing of the dialects: `chorus.v1` (types of `app`, and a scanner for the hot path), plain, and raw for the peers |
//! | [`delivery_check`] | pure: checks that every receiver gets each message once and in order |
//! | [`body`] | pure: the 128 bytes of a message and the fields in them |
//! | [`wire`] | pure: frames and handshakes of RFC 6455, as far as a benchmark needs them |
//! | [`process`] | CPU time and memory of a tree of processes, from `/proc` |
//! | [`stats`] | pure: percentiles and medians |
//!
//! The generator is one thread around epoll. It reads into one buffer, does not allocate for a received message, and warns when
//! it was itself the bottleneck.

pub mod body;
pub mod delivery_check;
pub mod dialect;
pub mod driver;
pub mod load;
pub mod process;
pub mod stats;
pub mod wire;
