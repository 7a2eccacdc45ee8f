//! The benchmark, for anyone: `make bench`.
//!
//! Modules point down this list only.
//!
//! | module | what |
//! |---|---|
//! | [`driver`] | starts servers and loads in turn, and writes tables (`src/bin/bench.rs`) |
//! | [`load`] | one generator's run: connect, warm up, measure, drain, report (`src/bin/load.rs`) |
//! | [`dialect`] | what is said and heard: `chorus.v1`, plain, and raw for the peers |
//! | [`check`] | pure: did every receiver get each message, once and in order |
//! | [`body`] | pure: the 128 bytes of a message, and what stands in them |
//! | [`wire`] | pure: frames and handshakes of RFC 6455, no more than both ends of a benchmark need |
//! | [`process`] | what Linux knows of a tree of processes |
//! | [`stats`] | pure: percentiles and medians |
//!
//! The generator is one thread around epoll. It reads into one buffer, allocates nothing for a message that it hears,
//! and says when it was itself the limit.

pub mod body;
pub mod check;
pub mod dialect;
pub mod driver;
pub mod load;
pub mod process;
pub mod stats;
pub mod wire;
