//! The end of a certificate's validity.

use std::fmt::{self, Display};

use app::protocol::Timestamp;
use tracing::warn;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// The server warns during the last days of a certificate.
const WARNING_DAYS: u64 = 14;

/// The time at which a certificate expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CertificateExpiry(Timestamp);

impl CertificateExpiry {
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there are no certificates"))]
    pub(super) fn at(time: Timestamp) -> Self {
        Self(time)
    }

    /// The time in seconds since 1970.
    pub(crate) fn seconds(self) -> u64 {
        self.0.0 / 1_000
    }

    /// The full days that are left. Returns `None` once it has expired.
    pub(crate) fn days_left(self, now: Timestamp) -> Option<u64> {
        self.0.0.checked_sub(now.0).map(|left| left / DAY_MS)
    }

    /// Logs a certificate that expires soon, or has expired.
    pub(crate) fn warn(self, now: Timestamp) {
        match self.days_left(now) {
            None => warn!(at = %self, "tls.certificate_expired"),
            Some(days) if days < WARNING_DAYS => warn!(days, at = %self, "tls.certificate_expires"),
            Some(_) => {}
        }
    }
}

impl Display for CertificateExpiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339())
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_until_the_last_millisecond() {
        let expiry = CertificateExpiry::at(Timestamp(30 * DAY_MS));
        for (now, days) in [
            (0, Some(30)),
            (16 * DAY_MS, Some(14)),
            (16 * DAY_MS + 1, Some(13)),
            (30 * DAY_MS - 1, Some(0)),
            (30 * DAY_MS + 1, None),
        ] {
            assert_eq!(expiry.days_left(Timestamp(now)), days, "{now}");
        }
        assert_eq!(expiry.seconds(), 30 * 24 * 60 * 60);
    }
}
