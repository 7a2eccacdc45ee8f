//! Every route with its guards, as a request notices them.

use std::net::SocketAddr;

use axum::{body::to_bytes, http::StatusCode};

use super::*;
use crate::rate_limiter::{KeyedRateLimiter, Rate};

/// A method, a path, and the guards of that route:
///
/// - `rate`: an address that exceeds `pages-per-second` gets 429
/// - `origin`: a page of another origin gets 403
/// - `localized`: that 403 is a page in the reader's language
/// - `session`: the response sets a session cookie
/// - `secret`: 401 without the access secret
/// - `size`: a body of [`TOO_LARGE_BYTES`] gets 413
///
/// The WebSocket endpoint looks at origin and secret only when a request can be upgraded, and the API at the body only when there is a
/// session; the integration tests have both.
pub(super) const ROUTES: [(Method, &str, &str); 70] = [
    (Method::GET, "/", "rate session secret"),
    (Method::GET, "/topics", "rate session secret"),
    (Method::POST, "/topics", "rate origin localized session secret size"),
    (Method::GET, "/search?q=tea", "rate session secret"),
    (Method::GET, "/t/lobby", "rate session secret"),
    (Method::GET, "/t/lobby/", "rate session secret"),
    (Method::POST, "/t/lobby", "rate origin localized session secret size"),
    (Method::GET, "/t/lobby/1", "rate session secret"),
    (Method::GET, "/t/lobby/1/", "rate session secret"),
    (Method::DELETE, "/t/lobby", "rate origin localized session secret"),
    (Method::GET, "/own", "rate session secret"),
    (Method::POST, "/own", "rate origin localized session secret size"),
    (Method::GET, "/admin", "rate session secret"),
    (Method::GET, "/admin/audit", "rate session secret"),
    (Method::GET, "/admin/people", "rate session secret"),
    (Method::GET, "/admin/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d", "rate session secret"),
    (
        Method::POST,
        "/admin/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d",
        "rate origin localized session secret",
    ),
    (Method::GET, "/admin/policy", "rate session secret"),
    (Method::POST, "/admin/policy", "rate origin localized session secret"),
    (Method::GET, "/nowhere", "rate session secret"),
    (Method::POST, "/nowhere", "rate origin localized session secret"),
    (Method::GET, "/access", "rate session"),
    (Method::POST, "/access", "rate origin localized session size"),
    (Method::POST, "/language", "rate origin localized size"),
    (Method::GET, "/t/lobby/feed.atom", "rate secret"),
    (Method::POST, "/t/lobby/feed.atom", "rate"),
    (Method::GET, "/sitemap.xml", "rate secret"),
    (Method::GET, "/robots.txt", ""),
    (Method::GET, "/chat", "rate"),
    (Method::GET, "/pkg/chorus.js", ""),
    (Method::GET, "/anew/pkg/chorus.js", ""),
    (Method::GET, "/favicon.svg", ""),
    (Method::GET, "/favicon-new.svg", ""),
    (Method::GET, "/icons/apple-touch.png", ""),
    (Method::GET, "/manifest.webmanifest", ""),
    (Method::GET, "/sw.js", ""),
    (Method::GET, "/healthz", ""),
    (Method::GET, "/readyz", ""),
    (Method::GET, "/api/v1/topics", "rate secret"),
    (Method::GET, "/api/v1/topics/lobby", "rate secret"),
    (Method::PUT, "/api/v1/topics/lobby", "origin secret"),
    (Method::PATCH, "/api/v1/topics/lobby", "origin secret"),
    (Method::GET, "/api/v1/topics/lobby/messages", "rate secret"),
    (Method::POST, "/api/v1/topics/lobby/messages", "origin secret"),
    (Method::GET, "/api/v1/topics/lobby/messages/1", "rate secret"),
    (Method::PATCH, "/api/v1/topics/lobby/messages/1", "origin secret"),
    (Method::DELETE, "/api/v1/topics/lobby/messages/1", "origin secret"),
    (Method::PUT, "/api/v1/topics/lobby/messages/1/reactions/x", "origin secret"),
    (Method::DELETE, "/api/v1/topics/lobby/messages/1/reactions/x", "origin secret"),
    (Method::PUT, "/api/v1/topics/lobby/membership", "origin secret"),
    (Method::PUT, "/api/v1/topics/lobby/read", "origin secret"),
    (Method::GET, "/api/v1/topics/lobby/members", "rate secret"),
    (Method::GET, "/api/v1/topics/lobby/events", "rate origin secret"),
    (Method::GET, "/api/v1/search?q=tea", "rate secret"),
    (Method::GET, "/api/v1/memberships", "rate origin secret"),
    (Method::GET, "/api/v1/session", "rate origin secret"),
    (Method::POST, "/api/v1/session", "rate origin session secret size"),
    (Method::GET, "/api/v1/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d", "rate origin secret"),
    (Method::PUT, "/api/v1/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d", "origin secret"),
    (Method::GET, "/api/v1/policy", "rate origin secret"),
    (Method::PUT, "/api/v1/policy", "origin secret"),
    (Method::GET, "/api/v1/audit", "rate origin secret"),
    (Method::GET, "/api/v1/networks", "rate origin secret"),
    (Method::PUT, "/api/v1/networks/203.0.113.7", "origin secret"),
    (Method::DELETE, "/api/v1/networks/203.0.113.7", "origin secret"),
    (Method::GET, "/api/v1/openapi.json", "rate"),
    (Method::GET, "/api/v1/frames.schema.json", "rate"),
    (Method::DELETE, "/api/v1/topics", ""),
    (Method::GET, "/api/nothing", "rate"),
    (Method::POST, "/api/nothing", ""),
];

/// Fields that satisfy every form; the API gets an empty body.
const FIELDS: &str = "secret=open-sesame&next=/&lang=de&title=Tea&name=tea&message=hello&code=00\
     &draft=6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";
const TOO_LARGE_BYTES: usize = 300 * 1_024;
const OWN_ORIGIN: (&str, &str) = ("origin", "http://localhost");
const FOREIGN_ORIGIN: (&str, &str) = ("origin", "https://evil.example");

#[tokio::test]
async fn each_route_has_its_guards() {
    let open = start(testing::sqlite()).await;
    let locked = start_with(testing::sqlite(), "--access-secret open-sesame").await;
    let busy = start(testing::sqlite()).await.without_page_tokens();
    let mut wrong = Vec::new();
    for (method, path, expected) in ROUTES {
        let guards = guards_of(&open, &locked, &busy, &method, path).await.join(" ");
        if guards != expected {
            wrong.push(format!("{method} {path}: {guards:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A handler without an extractor is public, so no path of the API may be missing above.
#[test]
fn every_path_of_the_api_has_a_row() {
    for (template, _) in crate::http::api::paths() {
        let has_row = ROUTES.iter().any(|(_, path, _)| is_instance(template, path));
        assert!(has_row, "{template}");
    }
}

/// Whether a path is one of a template such as `/api/v1/topics/{topic}`.
fn is_instance(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(|(name, part)| name.starts_with('{') || name == part)
}

#[tokio::test]
async fn every_route_rejects_other_hosts_and_has_the_security_headers() {
    let server = start(testing::sqlite()).await;
    for (method, path, _) in ROUTES {
        let mut request = call(&method, path, OWN_ORIGIN);
        request.headers_mut().insert(header::HOST, "rebound.example".parse().unwrap());
        let response = server.send(request).await;
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{method} {path}");
        assert!(response.headers().contains_key("x-content-type-options"), "{method} {path}");
        assert!(!response.headers().contains_key(header::SET_COOKIE), "{method} {path}");
    }
}

async fn guards_of(
    open: &InProcessServer,
    locked: &InProcessServer,
    busy: &InProcessServer,
    method: &Method,
    path: &str,
) -> Vec<&'static str> {
    let mut guards = Vec::new();
    let limited = busy.send(call(method, path, OWN_ORIGIN)).await;
    if limited.status() == StatusCode::TOO_MANY_REQUESTS {
        assert!(!limited.headers().contains_key(header::SET_COOKIE), "{method} {path}: rate before session");
        guards.push("rate");
    }
    let foreign = open.send(call(method, path, FOREIGN_ORIGIN)).await;
    if foreign.status() == StatusCode::FORBIDDEN {
        assert!(
            !foreign.headers().contains_key(header::SET_COOKIE),
            "{method} {path}: origin before session"
        );
        let foreign_and_denied = locked.send(call(method, path, FOREIGN_ORIGIN)).await;
        assert_eq!(
            foreign_and_denied.status(),
            StatusCode::FORBIDDEN,
            "{method} {path}: origin before secret"
        );
        guards.push("origin");
        if text(foreign).await.contains("lang=\"de\"") {
            guards.push("localized");
        }
    }
    let response = open.send(call(method, path, OWN_ORIGIN)).await;
    let cookies = response.headers().get_all(header::SET_COOKIE).iter();
    if cookies.into_iter().any(|cookie| !cookie.as_bytes().starts_with(b"lang=")) {
        guards.push("session");
    }
    let denied = locked.send(call(method, path, OWN_ORIGIN)).await;
    if denied.status() == StatusCode::UNAUTHORIZED {
        let text = text(denied).await;
        assert!(text.contains("action=\"/access\"") || text.contains("no_access"), "{method} {path}: {text}");
        guards.push("secret");
    }
    let large = format!("message={}", "x".repeat(TOO_LARGE_BYTES));
    let large = call_with_body(method, path, OWN_ORIGIN, &large);
    if open.send(large).await.status() == StatusCode::PAYLOAD_TOO_LARGE {
        guards.push("size");
    }
    guards
}

/// A request from a page of `origin`, by a reader of German.
fn call(method: &Method, path: &str, origin: (&str, &str)) -> Request<Body> {
    call_with_body(method, path, origin, if path.starts_with("/api/") { "" } else { FIELDS })
}

fn call_with_body(method: &Method, path: &str, origin: (&str, &str), body: &str) -> Request<Body> {
    let headers = [
        origin,
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept-language", "de"),
        ("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d"),
    ];
    request(method.clone(), path, &headers, body)
}

async fn text(response: Response) -> String {
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8_lossy(&body).into_owned()
}

impl InProcessServer {
    /// A server that has answered as many pages to this machine as it may for the next hour.
    pub(super) fn without_page_tokens(mut self) -> Self {
        let limiter = KeyedRateLimiter::with_rate(Rate::per_hour(1));
        let address = SocketAddr::from(([127, 0, 0, 1], 4_000)).ip();
        limiter.take(crate::accept::limit_key(address), Instant::now()).unwrap();
        self.state.page_rate_limiter = limiter;
        self.router = router(self.state.clone(), AllowedHosts::new(None, &[], true));
        self
    }
}
