//! The log of requests that were refused for the origin or the host that they name.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, header};
use parking_lot::Mutex;
use tokio::time::Instant;
use tracing::warn;

use crate::rate_limiter::{Bucket, Rate};

/// Lines per second, so that a scanner does not fill the disk.
const LINES_PER_SECOND: u32 = 1;
/// Lines in a burst.
const LINE_BURST: u32 = 20;
/// Characters of a header in a line.
const MAX_HEADER_CHARS: usize = 200;

/// What the server did not accept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refused {
    Origin,
    Host,
}

/// Logs refused requests, at most [`LINES_PER_SECOND`]; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct RefusalLog {
    bucket: Arc<Mutex<Bucket>>,
}

impl Default for RefusalLog {
    fn default() -> Self {
        Self { bucket: Arc::new(Mutex::new(Bucket::full(rate(), Instant::now()))) }
    }
}

impl RefusalLog {
    /// Logs one line. Without an `address` the client is unknown, behind a Unix socket.
    pub(crate) fn log(&self, refused: Refused, headers: &HeaderMap, address: Option<IpAddr>) {
        if self.bucket.lock().take(rate(), Instant::now()).is_err() {
            return;
        }
        let address = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
        let origin = quoted(&bounded(headers, header::ORIGIN.as_str()));
        let host = quoted(&requested_host(headers));
        match refused {
            Refused::Origin => {
                warn!(%address, %origin, %host, "origin.refused: allow it with --public-url or --allow-origin")
            }
            Refused::Host => {
                warn!(%address, %origin, %host, "host.refused: allow it with --public-url or --allow-origin")
            }
        }
    }
}

/// Returns the host that a trusted proxy reports, or else that of the request.
pub(crate) fn requested_host(headers: &HeaderMap) -> String {
    let reported = headers.contains_key("x-forwarded-host");
    bounded(headers, if reported { "x-forwarded-host" } else { header::HOST.as_str() })
}

/// Returns the beginning of a header, with other characters than printable ones escaped. It is empty if there is no such header.
pub(crate) fn bounded(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let shown: String = value.unwrap_or_default().chars().take(MAX_HEADER_CHARS).collect();
    shown.escape_debug().to_string()
}

fn quoted(escaped: &str) -> String {
    format!("\"{escaped}\"")
}

fn rate() -> Rate {
    Rate::new(LINES_PER_SECOND, LINE_BURST)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_header_is_cut_and_has_no_control_characters() {
        let text = format!("a\tb\u{202e}{}", "c".repeat(1_000));
        let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(header::ORIGIN, value)]);
        let shown = bounded(&headers, "origin");
        assert!(shown.starts_with("a\\tb\\u{202e}ccc") && shown.len() < 250, "{shown}");
        assert_eq!(bounded(&headers, "host"), "");
        let bytes = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_bytes(b"\xff").unwrap())]);
        assert_eq!(bounded(&bytes, "origin"), "\u{fffd}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_refusals_is_a_burst_of_lines() {
        let log = RefusalLog::default();
        let is_logged = || log.bucket.lock().take(rate(), Instant::now()).is_ok();
        assert_eq!((0..1_000).filter(|_| is_logged()).count(), LINE_BURST as usize);
    }
}
