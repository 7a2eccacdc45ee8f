//! What every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// A page's policy: our own files and the one script that carries `nonce`; nothing inline, nothing foreign, no frames.
pub(crate) fn page_policy(nonce: &str, dev_socket: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self'{dev_socket}; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// For a page of ours that has no script.
pub(crate) const FORM_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// For the service worker: it fetches our own pages and files, shows our icon in what it tells, and nothing else.
pub(crate) const WORKER_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'",
);

/// For answers that are no pages of ours.
const BARE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// A year of https and nothing else, for this host (RFC 6797).
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Devices that no page of ours asks for.
const NO_DEVICES: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), serial=(), usb=()",
);

/// Middleware: no sniffing, no referrer for others, no devices, no use by other sites, a policy on everything; and https, where
/// people come over it (`https`).
pub(crate) async fn secure(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(HeaderName::from_static("permissions-policy"), NO_DEVICES);
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(BARE_POLICY);
    response
}
