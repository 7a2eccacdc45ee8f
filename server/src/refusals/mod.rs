//! Requests and connections that were refused: each is counted, and logged in one line that fail2ban can read
//! (`deploy/fail2ban`).
//!
//! The counters and the log belong to the process, so any module can report a refusal without a handle.

mod code;
mod log_limit;
mod untrusted;

use std::{
    fmt::{Display, Formatter},
    net::IpAddr,
    sync::LazyLock,
};

use parking_lot::Mutex;
use tokio::time::Instant;
use tracing::{field::display, warn};

pub(crate) use code::RefusalCode;
use log_limit::LogLimit;
pub(crate) use untrusted::{shown_host, shown_origin};

use crate::request_context::RequestContext;

static LOG_LIMIT: LazyLock<Mutex<LogLimit>> = LazyLock::new(|| Mutex::new(LogLimit::new()));

/// Counts and logs a refusal of the current request. Outside of a request the client is unknown, and it is only counted.
pub(crate) fn record(code: RefusalCode, reason: &str) {
    code.count();
    if let Some(RequestContext { id, address, .. }) = RequestContext::current() {
        log(code, address, Some(&id), reason);
    }
}

/// Counts and logs a refusal of a client without a request, for instance of a frame on its WebSocket.
pub(crate) fn record_from(address: IpAddr, code: RefusalCode, reason: &str) {
    code.count();
    let id = RequestContext::current().map(|context| context.id);
    log(code, address, id.as_deref(), reason);
}

/// The reason is quoted, since it may have text of the client.
fn log(code: RefusalCode, address: IpAddr, id: Option<&str>, reason: &str) {
    if LOG_LIMIT.lock().admits(address, code, Instant::now()) {
        let request = id.map(display);
        warn!(code = %code.name(), address = %ShownAddress(address), request, reason, "request.refused");
    }
}

/// An address as limits count it: a network for IPv6, and one for all clients that are unknown, behind a Unix socket.
pub(crate) struct ShownAddress(pub(crate) IpAddr);

impl Display for ShownAddress {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self.0.to_canonical() {
            IpAddr::V4(address) if address.is_unspecified() => f.write_str("unknown"),
            IpAddr::V6(address) if !address.is_loopback() => write!(f, "{address}/64"),
            address => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_is_shown_as_its_network() {
        for (address, shown) in [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("::1", "::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("0.0.0.0", "unknown"),
        ] {
            assert_eq!(ShownAddress(address.parse().unwrap()).to_string(), shown);
        }
    }

    #[test]
    fn a_refusal_outside_of_a_request_is_counted() {
        let before = RefusalCode::UnknownHost.total();
        record(RefusalCode::UnknownHost, "test");
        assert!(RefusalCode::UnknownHost.total() > before);
    }
}
