//! HTTP without TLS at a port with TLS. Health checks are answered, and everything else is pointed at https.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header},
    response::IntoResponse,
};

use crate::host::AllowedHosts;

/// Public paths, which `chorus status`, `chorus health` and load balancers ask without a certificate.
const OPEN_PATHS: [&str; 2] = ["/healthz", "/readyz"];

/// A connection to a port with TLS; cheap to clone. Its first byte tells, before any request, whether its client speaks TLS.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsPort {
    is_plain: Arc<AtomicBool>,
    /// The hosts to which a request is redirected.
    hosts: AllowedHosts,
}

impl TlsPort {
    pub(super) fn new(hosts: AllowedHosts) -> Self {
        Self { is_plain: Arc::default(), hosts }
    }

    /// The client speaks HTTP without TLS.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "no port has TLS"))]
    pub(super) fn mark_plain(&self) {
        self.is_plain.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_plain(&self) -> bool {
        self.is_plain.load(Ordering::Relaxed)
    }

    /// Returns the response to a request that may not go on, since it came without TLS.
    pub(super) fn rejection<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let is_open = OPEN_PATHS.contains(&request.uri().path());
        (self.is_plain() && !is_open).then(|| reject(request, self.may_redirect(request)))
    }

    /// A script that changes something or sends a secret without TLS must not seem to work, and the name of another server leads
    /// nowhere.
    fn may_redirect<B>(&self, request: &Request<B>) -> bool {
        let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
        let has_secret = request.headers().contains_key(header::AUTHORIZATION);
        is_safe && !has_secret && self.hosts.check(request).is_ok()
    }
}

fn reject<B>(request: &Request<B>, may_redirect: bool) -> Response<Body> {
    let address = https_address(request.headers(), request.uri()).filter(|_| may_redirect);
    let close = (header::CONNECTION, HeaderValue::from_static("close"));
    match address {
        Some(address) => {
            let headers = [close, (header::LOCATION, address)];
            (StatusCode::TEMPORARY_REDIRECT, headers, "This port speaks https.\n").into_response()
        }
        None => {
            let message = "This port speaks https: open an address that begins with https://\n";
            (StatusCode::BAD_REQUEST, [close], message).into_response()
        }
    }
}

/// Returns the address that was asked for, with https.
fn https_address(headers: &HeaderMap, uri: &Uri) -> Option<HeaderValue> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let is_address = !host.is_empty() && host.chars().all(is_part) && path.starts_with('/');
    is_address.then(|| HeaderValue::from_str(&format!("https://{host}{path}")).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web_origin::Origin;

    fn plain_at(hosts: AllowedHosts) -> TlsPort {
        TlsPort { is_plain: Arc::new(AtomicBool::new(true)), hosts }
    }

    fn plain() -> TlsPort {
        plain_at(AllowedHosts::default())
    }

    /// Returns the status and the location.
    fn answer(method: &str, uri: &str, host: &str) -> (u16, String) {
        let request = Request::builder().method(method).uri(uri).header("host", host).body(()).unwrap();
        let response = plain().rejection(&request).unwrap();
        assert_eq!(response.headers()[header::CONNECTION], "close");
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or("", |location| location.to_str().unwrap());
        (response.status().as_u16(), location.to_owned())
    }

    #[test]
    fn pages_are_redirected_and_changes_refused() {
        let there = |address: &str| (307, address.to_owned());
        let refused = || (400, String::new());
        assert_eq!(answer("GET", "/t/x?a=b", "chat.example"), there("https://chat.example/t/x?a=b"));
        assert_eq!(answer("HEAD", "/", "[::1]:3000"), there("https://[::1]:3000/"));
        assert_eq!(answer("GET", "http://other/x", "chat.example"), there("https://chat.example/x"));
        assert_eq!(answer("POST", "/t/x", "chat.example"), refused());
        for odd in ["", "evil@chat.example", "chat.example/x", "a\"><script>"] {
            assert_eq!(answer("GET", "/", odd), refused(), "{odd}");
        }
        assert_eq!(answer("GET", "*", "chat.example"), refused());
    }

    #[test]
    fn a_request_for_another_host_or_with_a_secret_is_refused() {
        let url = Origin::parse("https://chat.example").unwrap();
        let port = plain_at(AllowedHosts::new(Some(&url), &[], false));
        let status = |headers: &[(&str, &str)]| {
            let request = Request::builder().uri("/t/x");
            let request =
                headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            port.rejection(&request.body(()).unwrap()).unwrap().status().as_u16()
        };
        assert_eq!(status(&[("host", "chat.example")]), 307);
        assert_eq!(status(&[("host", "evil.example")]), 400);
        assert_eq!(status(&[("host", "chat.example"), ("host", "evil.example")]), 400);
        assert_eq!(status(&[("host", "chat.example"), ("authorization", "Bearer x")]), 400);
    }

    #[test]
    fn health_checks_and_requests_with_tls_go_on() {
        let request = |uri: &str| Request::builder().uri(uri).body(()).unwrap();
        assert!(plain().rejection(&request("/readyz")).is_none());
        assert!(plain().rejection(&request("/healthz?x")).is_none());
        assert!(plain().rejection(&request("/readyz/")).is_some());
        assert!(TlsPort::default().rejection(&request("/")).is_none());
    }
}
