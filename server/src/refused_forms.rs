//! Chooses the forms that are returned with their text, of those that are refused before a handler sees them.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use tokio::time::Instant;

use crate::{endpoint::client_ip, origin::AllowedOrigins, rate_limiter::IpRateLimiter};

/// Forms per second and address that are returned although the address exceeds a limit. Reading and rendering a form costs far more
/// than refusing it.
const RETURNED_PER_SECOND: u32 = 2;
const RETURNED_BURST: u32 = 20;

/// Room for the names of fields, and for fields besides the text.
const FORM_OVERHEAD_BYTES: usize = 4 * 1_024;

#[derive(Clone)]
pub(crate) struct RefusedForms {
    origins: AllowedOrigins,
    pub(crate) rate_limiter: IpRateLimiter,
    max_bytes: usize,
}

impl RefusedForms {
    /// `body_bytes` is the size of the largest message. A browser escapes each of its bytes as three.
    pub(crate) fn new(origins: AllowedOrigins, body_bytes: usize) -> Self {
        let max_bytes = body_bytes.saturating_mul(3).saturating_add(FORM_OVERHEAD_BYTES);
        Self { origins, rate_limiter: IpRateLimiter::new(RETURNED_PER_SECOND, RETURNED_BURST), max_bytes }
    }

    /// The size of a form with the largest message.
    pub(crate) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Returns whether a page of this site may have sent the form. One of another site is not returned: the reader could then send it
    /// in their own name by one click.
    pub(crate) fn is_of_own_page(&self, headers: &HeaderMap) -> bool {
        self.origins.allows_post(headers)
    }

    /// Returns whether the form of an address that exceeds a limit is returned. A script keeps its text itself, so only browsers take
    /// a token.
    pub(crate) fn takes_token(&self, request: &Request) -> bool {
        let headers = request.headers();
        let address = client_ip(request.extensions());
        self.is_of_own_page(headers)
            && is_of_browser(headers)
            && self.rate_limiter.take(address, Instant::now()).is_ok()
    }
}

fn is_of_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site")
}
