//! Where a request comes from, as browsers tell it: foreign pages may neither connect nor post.
//!
//! `Sec-Fetch-Site` (W3C Fetch Metadata) where there is one, else `Origin` (RFC 6454) against `Host`. What sends neither
//! is no browser, and carries nobody's cookie against their will.

use axum::http::{HeaderMap, header};

/// The origins whose pages may connect and post besides our own; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    allowed: std::sync::Arc<[String]>,
}

impl Origins {
    /// `allowed`: `scheme://host[:port]`, compared without regard to case.
    pub fn new(allowed: &[String]) -> Self {
        Self {
            allowed: allowed.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect(),
        }
    }

    /// Whether a WebSocket may be opened. Browsers send `Origin` with every handshake.
    pub fn allows_socket(&self, headers: &HeaderMap) -> bool {
        text(headers, "origin").is_none_or(|origin| self.is_ours(origin, headers))
    }

    /// Whether a form may be posted.
    pub fn allows_post(&self, headers: &HeaderMap) -> bool {
        let origin = text(headers, "origin");
        match text(headers, "sec-fetch-site") {
            Some("same-origin" | "none") => true,
            Some(_) => origin.is_some_and(|origin| self.is_allowed(origin)),
            None => origin.is_none_or(|origin| self.is_ours(origin, headers)),
        }
    }

    fn is_ours(&self, origin: &str, headers: &HeaderMap) -> bool {
        let host = text(headers, header::HOST.as_str());
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let same = authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host));
        same || self.is_allowed(origin)
    }

    fn is_allowed(&self, origin: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

/// Our own origin as whoever sent these headers knows it: `scheme://host[:port]`. A proxy says by `X-Forwarded-Proto` how it
/// was asked. Only the sender is told what it makes of its own headers.
pub fn own_origin(headers: &HeaderMap) -> String {
    let proto =
        text(headers, "x-forwarded-proto").and_then(|protos| protos.split(',').next()).unwrap_or_default();
    let scheme = if proto.trim().eq_ignore_ascii_case("https") { "https" } else { "http" };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let host =
        text(headers, header::HOST.as_str()).filter(|host| !host.is_empty() && host.chars().all(is_part));
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A header that is no text matches nothing.
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

    fn origins() -> Origins {
        Origins::new(&["https://Friend.example/".to_owned()])
    }

    #[test]
    fn our_own_pages_allowed_pages_and_scripts_may_connect() {
        for origin in ["http://chat.example:3000", "https://CHAT.example:3000", "https://friend.example"] {
            assert!(origins().allows_socket(&headers(&[("origin", origin)])), "{origin}");
        }
        assert!(origins().allows_socket(&headers(&[])));
    }

    #[test]
    fn foreign_pages_may_not_connect() {
        for origin in [
            "https://evil.example",
            "null",
            "http://chat.example",
            "http://chat.example:3000.evil.example",
            "",
        ] {
            assert!(!origins().allows_socket(&headers(&[("origin", origin)])), "{origin}");
        }
    }

    #[test]
    fn fetch_metadata_decides_about_forms() {
        for (site, allowed) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)]
        {
            assert_eq!(origins().allows_post(&headers(&[("sec-fetch-site", site)])), allowed, "{site}");
        }
        let friend = [("sec-fetch-site", "cross-site"), ("origin", "https://friend.example")];
        assert!(origins().allows_post(&headers(&friend)));
    }

    #[test]
    fn our_own_origin_is_as_it_was_asked_for() {
        for (proto, origin) in [
            ("https", "https://chat.example:3000"),
            ("HTTPS, http", "https://chat.example:3000"),
            ("http", "http://chat.example:3000"),
            ("javascript", "http://chat.example:3000"),
        ] {
            assert_eq!(own_origin(&headers(&[("x-forwarded-proto", proto)])), origin, "{proto}");
        }
        let odd = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("a\"><script>"))]);
        assert_eq!(own_origin(&odd), "http://localhost");
    }

    #[test]
    fn without_fetch_metadata_the_origin_does() {
        assert!(origins().allows_post(&headers(&[("origin", "http://chat.example:3000")])));
        assert!(!origins().allows_post(&headers(&[("origin", "https://evil.example")])));
        assert!(!origins().allows_post(&headers(&[("origin", "null")])));
        assert!(origins().allows_post(&headers(&[])));
    }
}
