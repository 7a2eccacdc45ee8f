//! Days and moments as the reader's browser knows them. The server writes UTC; the browser puts its own time in its place.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod format;
#[cfg(not(feature = "hydrate"))]
mod utc;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{day, day_name, in_full, moment, now};
#[cfg(not(feature = "hydrate"))]
pub(crate) use utc::{day, day_name, in_full, moment, now};

use crate::protocol::Timestamp;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The number of a day in UTC.
pub(crate) fn utc_day(at: Timestamp) -> i64 {
    (at.0 / DAY_MS) as i64
}
