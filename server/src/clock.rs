//! The clock. The kernel takes any time for it, and machines without a battery begin in 1970.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use app::protocol::Timestamp;

/// The first second of the year 10000: dates of HTTP end before it (RFC 9110, section 5.6.7).
const END: Duration = Duration::from_secs(253_402_300_800);

/// The server's clock; a time before 1970 is taken for 1970.
pub(crate) fn now() -> Timestamp {
    at(SystemTime::now())
}

fn at(time: SystemTime) -> Timestamp {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
}

/// The clock shows a time that dates of HTTP cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock of this machine is not between the years 1970 and 9999; set it first")]
pub struct ClockError;

/// Whether the clock can be used. Every answer of the server has a date, and the library that writes it panics at others.
pub fn check_clock() -> Result<(), ClockError> {
    check(SystemTime::now())
}

fn check(time: SystemTime) -> Result<(), ClockError> {
    let since_1970 = time.duration_since(UNIX_EPOCH).map_err(|_| ClockError)?;
    if since_1970 < END { Ok(()) } else { Err(ClockError) }
}

/// A clock that tests can set.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The server's clock.
    pub(crate) fn system() -> Self {
        Self(Arc::new(now))
    }

    #[cfg(test)]
    pub(crate) fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Its time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_time_is_a_moment_and_only_those_that_http_can_tell_are_served() {
        let second = Duration::from_secs(1);
        for (time, moment, is_served) in [
            (UNIX_EPOCH - second, 0, false),
            (UNIX_EPOCH, 0, true),
            (UNIX_EPOCH + END - second, 253_402_300_799_000, true),
            (UNIX_EPOCH + END, 253_402_300_800_000, false),
        ] {
            assert_eq!(at(time), Timestamp(moment));
            assert_eq!(check(time).is_ok(), is_served, "{time:?}");
        }
    }
}
