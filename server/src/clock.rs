//! The system's clock, which may show any time: machines without a battery start in 1970. Linux and the BSDs refuse to set theirs
//! before 1970 or past 9999, but a wrong driver or a library that fakes the time does not.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use app::protocol::Timestamp;

/// The first second of the year 10000, which an HTTP date cannot express (RFC 9110, section 5.6.7).
const HTTP_DATE_END: Duration = Duration::from_secs(253_402_300_800);

/// The current time, within 1970 and 9999: what is made of it can always be written as a date.
pub(crate) fn now() -> Timestamp {
    timestamp(SystemTime::now())
}

fn timestamp(time: SystemTime) -> Timestamp {
    let last = HTTP_DATE_END - Duration::from_millis(1);
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default().min(last);
    Timestamp(u64::try_from(since_1970.as_millis()).unwrap_or_default())
}

/// The clock shows a time that an HTTP date cannot express.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock of this machine is not between the years 1970 and 9999; set it first")]
pub struct ClockError;

/// Refuses a time that an HTTP date cannot express. Every response has a date, and the library that formats it would panic.
pub fn check_clock() -> Result<(), ClockError> {
    check(SystemTime::now())
}

fn check(time: SystemTime) -> Result<(), ClockError> {
    let since_1970 = time.duration_since(UNIX_EPOCH).map_err(|_| ClockError)?;
    if since_1970 < HTTP_DATE_END { Ok(()) } else { Err(ClockError) }
}

/// A clock that tests can replace; cheap to clone.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub(crate) fn system() -> Self {
        Self(Arc::new(now))
    }

    #[cfg(test)]
    pub(crate) fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_a_timestamp_and_only_http_dates_are_accepted() {
        let second = Duration::from_secs(1);
        for (time, timestamp_ms, is_accepted) in [
            (UNIX_EPOCH - second, 0, false),
            (UNIX_EPOCH, 0, true),
            (UNIX_EPOCH + HTTP_DATE_END - second, 253_402_300_799_000, true),
            (UNIX_EPOCH + HTTP_DATE_END, 253_402_300_799_999, false),
            (UNIX_EPOCH + 2 * HTTP_DATE_END, 253_402_300_799_999, false),
        ] {
            assert_eq!(timestamp(time), Timestamp(timestamp_ms));
            assert_eq!(timestamp(time).to_rfc3339().len(), "1994-11-06T08:49:37.000Z".len());
            assert_eq!(check(time).is_ok(), is_accepted, "{time:?}");
        }
    }
}
