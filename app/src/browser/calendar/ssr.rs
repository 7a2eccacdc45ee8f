//! The server's side: everything in UTC.

use crate::protocol::{SearchDay, Timestamp};

pub(crate) fn now() -> Timestamp {
    Timestamp(0)
}

pub(crate) fn local_day(at: Timestamp) -> i64 {
    super::utc_day(at)
}

pub(crate) fn day_name(at: Timestamp, _today: &str, _yesterday: &str) -> String {
    at.to_rfc3339()
}

pub(crate) fn short_time(at: Timestamp) -> String {
    at.to_rfc3339()
}

pub(crate) fn full_time(at: Timestamp) -> String {
    at.to_rfc3339()
}

/// The server renders a page once, so no day changes meanwhile.
pub(super) fn day_and_offset() -> (i64, i32) {
    (0, 0)
}

pub(super) fn clear_day_cache() {}

/// The server does not know the reader's time zone.
pub(crate) fn utc_offset_on(_: SearchDay) -> Option<i16> {
    None
}
