//! How fast one address may ask for pages, send forms and begin sessions.

use std::net::IpAddr;

use app::i18n::Language;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

use super::{language::language_of, notice::notice};
use crate::endpoint::Peer;
pub(super) use crate::endpoint::whose;
use crate::rate_limiter::KeyedRateLimiter;

/// Everybody's pace, by where they are.
pub(crate) type IpRateLimiter = KeyedRateLimiter<IpAddr>;

/// Middleware: whoever asks too fast is told when to go on.
pub(crate) async fn rate_limit_by_ip(
    State(page_rate_limiter): State<IpRateLimiter>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let address = whose(peer.address.ip(), request.headers());
    match page_rate_limiter.take(address, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(wait_ms) => too_many_requests(wait_ms, language_of(request.headers())),
    }
}

/// The answer to requests that come too fast.
pub(super) fn too_many_requests(wait_ms: u64, language: Language) -> Response {
    let words = language.doors();
    let mut page = notice(StatusCode::TOO_MANY_REQUESTS, language, words.too_fast, words.wait);
    page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_ms.div_ceil(1_000).max(1)));
    page
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn who(peer: &str, forwarded: &'static str) -> String {
        let headers =
            HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(forwarded))]);
        whose(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_and_only_what_it_saw_itself() {
        assert_eq!(who("127.0.0.1", "6.6.6.6, 203.0.113.9"), "203.0.113.9");
        assert_eq!(who("::1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(who("127.0.0.1", "unknown"), "127.0.0.1");
        assert_eq!(who("198.51.100.7", "203.0.113.9"), "198.51.100.7");
    }

    #[test]
    fn a_home_is_one_however_many_addresses_it_has() {
        assert_eq!(who("2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::");
        assert_eq!(who("::ffff:198.51.100.7", ""), "198.51.100.7");
    }
}
