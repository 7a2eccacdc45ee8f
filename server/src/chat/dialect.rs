//! The language that a connection speaks.

use tokio::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `chorus.v1` before `hello`, which has to arrive by this time.
    AwaitingHello(Instant),
    V1,
    Plain,
}
