//! The clock.

use app::protocol::Timestamp;

/// The server's clock.
pub(crate) fn now() -> Timestamp {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since_1970.as_millis() as u64)
}
