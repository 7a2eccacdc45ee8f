//! The server's side: UTC.

use super::Typed;
use crate::protocol::Timestamp;

/// A page that is rendered once has no use for one.
#[derive(Clone, Copy)]
pub(crate) struct Clock;

impl Clock {
    pub(crate) fn provide() {}

    pub(crate) fn here() -> Self {
        Self
    }

    pub(crate) fn track(self) {}
}

pub(crate) fn now() -> Timestamp {
    Timestamp(0)
}

pub(crate) fn day(at: Timestamp) -> i64 {
    super::utc_day(at)
}

pub(crate) fn day_name(at: Timestamp, _today: &str, _yesterday: &str) -> String {
    at.to_rfc3339()
}

pub(crate) fn moment(at: Timestamp) -> String {
    at.to_rfc3339()
}

pub(crate) fn in_full(at: Timestamp) -> String {
    at.to_rfc3339()
}

/// Days of UTC need no offset.
pub(crate) fn offset_on(_: Typed) -> Option<i16> {
    None
}
