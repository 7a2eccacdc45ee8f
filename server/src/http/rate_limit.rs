//! Rate limit by client address for pages, forms and new sessions.

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

use super::{posted_form::FormRefusal, refusal::refuse};
pub(super) use crate::endpoint::client_ip_of;
use crate::{endpoint::Peer, rate_limiter::IpRateLimiter, refused_forms::RefusedForms};

/// Middleware: answers 429 with `Retry-After` to a client address that exceeds `pages-per-second`, and may return its form.
pub(crate) async fn rate_limit_by_ip(
    State(rate_limiter): State<IpRateLimiter>,
    State(forms): State<RefusedForms>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let address = client_ip_of(peer.address.ip(), request.headers());
    match rate_limiter.take(address, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(retry_ms) => refuse(request, &forms, FormRefusal::TooManyRequests { retry_ms }).await,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::*;

    fn client(peer: &str, forwarded: &'static str) -> String {
        let headers =
            HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(forwarded))]);
        client_ip_of(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_the_last_address_that_a_local_proxy_forwards_is_trusted() {
        assert_eq!(client("127.0.0.1", "6.6.6.6, 203.0.113.9"), "203.0.113.9");
        assert_eq!(client("::1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(client("127.0.0.1", "unknown"), "127.0.0.1");
        assert_eq!(client("198.51.100.7", "203.0.113.9"), "198.51.100.7");
    }

    #[test]
    fn an_ipv6_network_of_64_bits_counts_as_one_address() {
        assert_eq!(client("2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::");
        assert_eq!(client("::ffff:198.51.100.7", ""), "198.51.100.7");
    }
}
