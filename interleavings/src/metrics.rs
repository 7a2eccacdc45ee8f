//! The server's counters.

#[path = "../../server/src/metrics/counters.rs"]
pub(crate) mod counters;
