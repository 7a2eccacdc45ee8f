//! Same-origin checks: pages of other sites may neither open a WebSocket nor post a form (CSRF).
//!
//! The checks use `Sec-Fetch-Site` (W3C Fetch Metadata) if present, or else compare `Origin` (RFC 6454) with `Host`. A
//! client that sends neither is not a browser, so no foreign page can make it send its user's cookie.

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use crate::{
    forwarded::{forwarded_host, is_https},
    refusals::{self, RefusalCode, shown_host, shown_origin},
    web_origin::Origin,
};

/// The foreign origins whose pages may connect and post; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins {
    allowed: Arc<[Origin]>,
}

impl AllowedOrigins {
    /// `allowed` are the origins besides those that requests are sent to, with the public URL among them.
    pub fn new(allowed: impl IntoIterator<Item = Origin>) -> Self {
        Self { allowed: allowed.into_iter().collect() }
    }

    /// Returns whether a WebSocket may be opened. Browsers send `Origin` with every handshake.
    pub fn allows_socket(&self, headers: &HeaderMap) -> bool {
        let same_origin = text(headers, "sec-fetch-site") == Some("same-origin");
        text(headers, "origin").is_none_or(|origin| same_origin || self.is_ours(origin, headers))
    }

    /// Returns whether a form may be posted.
    pub fn allows_post(&self, headers: &HeaderMap) -> bool {
        let origin = text(headers, "origin");
        match text(headers, "sec-fetch-site") {
            Some("same-origin" | "none") => true,
            Some(_) => origin.is_some_and(|origin| self.is_allowed(origin)),
            None => origin.is_none_or(|origin| self.is_ours(origin, headers)),
        }
    }

    /// Compares an origin with the host of the request, also as a trusted proxy reports it, and with the allowed origins.
    /// A page that was loaded without TLS is not ours where a proxy reports that the request came with it.
    fn is_ours(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Some(origin) = Origin::parse(origin) else { return false };
        let has_scheme = origin.is_https() || is_https(headers) != Some(true);
        let requested = [text(headers, header::HOST.as_str()), forwarded_host(headers)];
        let is_requested = has_scheme && requested.into_iter().flatten().any(|host| origin.is_at(host));
        is_requested || self.allowed.contains(&origin)
    }

    fn is_allowed(&self, origin: &str) -> bool {
        Origin::parse(origin).is_some_and(|origin| self.allowed.contains(&origin))
    }
}

/// Counts and logs that the current request is refused for its origin. Returns the reason for its sender.
pub(crate) fn refuse_foreign(headers: &HeaderMap) -> String {
    let origin = shown_origin(headers);
    let host = shown_host(headers);
    let named = if origin.is_empty() { "unknown" } else { &origin };
    let reason = format!("origin {named} at host {host}: allow it with --public-url or --allow-origin");
    refusals::record(RefusalCode::ForeignOrigin, &reason);
    format!(
        "the server refused this address: the page's origin \"{origin}\" is not that of the host \"{host}\"; \
         the operator can allow it: --public-url https://NAME (CHORUS_PUBLIC_URL), or --allow-origin"
    )
}

/// Returns the server's origin as the client sees it: `scheme://host[:port]`, with the host and scheme that a trusted
/// proxy reports. `Host` is not trusted, so the result must go into the response to its sender only.
pub fn own_origin(headers: &HeaderMap) -> String {
    let scheme = if is_https(headers) == Some(true) { "https" } else { "http" };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let host = forwarded_host(headers).or_else(|| text(headers, header::HOST.as_str()));
    let host = host.filter(|host| !host.is_empty() && host.chars().all(is_part));
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A header that is not text must not match anything, and must not count as missing.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        pairs
            .iter()
            .map(pair)
            .chain([(header::HOST, HeaderValue::from_static("chat.example:3000"))])
            .collect()
    }

    fn origins() -> AllowedOrigins {
        AllowedOrigins::new(Origin::parse("https://Friend.example/"))
    }

    #[test]
    fn pages_of_the_server_allowed_origins_and_scripts_may_connect() {
        for origin in ["http://chat.example:3000", "https://CHAT.example:3000", "https://friend.example"] {
            assert!(origins().allows_socket(&headers(&[("origin", origin)])), "{origin}");
        }
        assert!(origins().allows_socket(&headers(&[])));
    }

    #[test]
    fn pages_of_other_origins_may_not_connect() {
        for origin in [
            "https://evil.example",
            "null",
            "http://chat.example",
            "http://chat.example:3000.evil.example",
            "http://chat.example:3000@evil.example",
            "http://evil.example@chat.example:3000",
            "http://chat.example:3000x",
            "http://chat.example:",
            "https://friend.example:",
            "https://friend.example:65979",
            "http://friend.example",
            "chat.example:3000",
            "://chat.example:3000",
            "",
        ] {
            assert!(!origins().allows_socket(&headers(&[("origin", origin)])), "{origin}");
        }
    }

    #[test]
    fn fetch_metadata_and_forwarded_hosts_decide_on_connections() {
        let foreign = ("origin", "https://evil.example");
        for (more, allowed) in [
            (("sec-fetch-site", "cross-site"), false),
            (("sec-fetch-site", "same-site"), false),
            (("sec-fetch-site", "none"), false),
            (("sec-fetch-site", "same-origin"), true),
            (("x-forwarded-host", "chat.example"), false),
            (("x-forwarded-host", "evil.example"), true),
        ] {
            assert_eq!(origins().allows_socket(&headers(&[foreign, more])), allowed, "{more:?}");
        }
    }

    #[test]
    fn a_page_without_tls_is_foreign_where_a_proxy_reports_tls() {
        for (proto, origin, allowed) in [
            ("https", "https://chat.example:3000", true),
            ("https", "http://chat.example:3000", false),
            ("https", "https://friend.example", true),
            ("http", "http://chat.example:3000", true),
            // The proxy in front of this one may speak TLS.
            ("http", "https://chat.example:3000", true),
        ] {
            let headers = headers(&[("x-forwarded-proto", proto), ("origin", origin)]);
            assert_eq!(origins().allows_socket(&headers), allowed, "{proto} {origin}");
        }
    }

    #[test]
    fn fetch_metadata_decides_on_forms() {
        for (site, allowed) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)]
        {
            assert_eq!(origins().allows_post(&headers(&[("sec-fetch-site", site)])), allowed, "{site}");
        }
        let friend = [("sec-fetch-site", "cross-site"), ("origin", "https://friend.example")];
        assert!(origins().allows_post(&headers(&friend)));
    }

    #[test]
    fn the_own_origin_follows_the_request() {
        for (proto, origin) in [
            ("https", "https://chat.example:3000"),
            ("http", "http://chat.example:3000"),
            ("javascript", "http://chat.example:3000"),
        ] {
            assert_eq!(own_origin(&headers(&[("x-forwarded-proto", proto)])), origin, "{proto}");
        }
        let odd = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("a\"><script>"))]);
        assert_eq!(own_origin(&odd), "http://localhost");
    }

    #[test]
    fn without_fetch_metadata_the_origin_decides_on_forms() {
        assert!(origins().allows_post(&headers(&[("origin", "http://chat.example:3000")])));
        assert!(!origins().allows_post(&headers(&[("origin", "https://evil.example")])));
        assert!(!origins().allows_post(&headers(&[("origin", "null")])));
        assert!(origins().allows_post(&headers(&[])));
    }
}
