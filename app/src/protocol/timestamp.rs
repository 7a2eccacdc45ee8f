//! Times on the wire and in markup.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A time of the server's clock: milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Returns the time as RFC 3339 in UTC with milliseconds, for example `2026-11-22T19:02:03.045Z`. Times past the year
    /// 9999 become 1970.
    pub fn to_rfc3339(self) -> String {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (date, (hour, minute, second, milli)) = (moment.date(), moment.time().as_hms_milli());
        format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }

    /// Whether `text` is an RFC 3339 time (section 5.6), such as JavaScript's `toISOString` returns.
    pub fn is_rfc3339(text: &str) -> bool {
        OffsetDateTime::parse(text, &Rfc3339).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_formatted_in_utc_with_milliseconds() {
        assert_eq!(Timestamp(1_795_374_123_045).to_rfc3339(), "2026-11-22T19:02:03.045Z");
        assert_eq!(Timestamp(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(u64::MAX).to_rfc3339(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn only_complete_times_are_rfc3339() {
        assert!(Timestamp::is_rfc3339("2026-11-22T19:02:03.045Z"));
        assert!(Timestamp::is_rfc3339("2026-11-22T19:02:03+01:00"));
        for text in ["", "2026-11-22", "19:02", "yesterday", "2026-13-01T00:00:00Z"] {
            assert!(!Timestamp::is_rfc3339(text), "{text:?}");
        }
    }
}
