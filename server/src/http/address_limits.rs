//! Limits by client address that apply before a request is routed: wrong bearer tokens, bytes sent, API reads and WebSocket
//! handshakes.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{api::Problem, posted_form::FormRefusal, refusal::refuse};
use crate::{
    accept::record_response_bytes,
    access::bearer,
    endpoint::client_ip,
    refusals::{self, RefusalCode},
    state::AppState,
};

/// A WebSocket handshake counts as a page.
pub(super) const CHAT_PATH: &str = "/chat";
/// Search has its own rate limit, by user where there is a session.
const SEARCH_PATH: &str = "/api/v1/search";
/// An event stream counts as so many pages: from then on each event of its topic wakes two tasks and is written once more. Without
/// this, one address opens a thousand at once, and the pages of others wait for a quarter of a second.
const EVENT_STREAM_PAGES: usize = 4;

/// The settings of limits, as the log names them.
pub(super) const PAGES_LIMIT: &str = "pages-per-second";
pub(super) const WRONG_SECRETS_LIMIT: &str = "wrong-secrets-per-minute";

/// The address that a request counts for; see [`client_ip`].
pub(crate) struct ClientIp(pub(crate) IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(client_ip(&parts.extensions)))
    }
}

/// Middleware: answers 429 with the time to wait to an address that exceeds a limit, in the form that the route speaks.
pub(crate) async fn enforce_address_limits(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    match check(&state, &request) {
        Ok(()) => next.run(request).await,
        Err(Exceeded { limit, wait_ms }) => {
            refusals::record(RefusalCode::Rate, limit);
            refuse_for(wait_ms, request, &state).await
        }
    }
}

/// An address exceeds a limit.
struct Exceeded {
    /// The name of the setting.
    limit: &'static str,
    wait_ms: u64,
}

impl Exceeded {
    fn of(limit: &'static str) -> impl FnOnce(u64) -> Self {
        move |wait_ms| Self { limit, wait_ms }
    }
}

async fn refuse_for(wait_ms: u64, request: Request, state: &AppState) -> Response {
    if request.uri().path().starts_with("/api/") {
        return Problem::too_fast(wait_ms).into_response();
    }
    if request.method() == Method::POST {
        let refusal = FormRefusal::TooManyRequests { retry_ms: wait_ms };
        return record_response_bytes(refuse(request, &state.refused_forms, refusal).await).await;
    }
    let retry = [(header::RETRY_AFTER, wait_ms.div_ceil(1_000).max(1).to_string())];
    (StatusCode::TOO_MANY_REQUESTS, retry, "Too many requests; slow down.\n").into_response()
}

fn check(state: &AppState, request: &Request) -> Result<(), Exceeded> {
    let limits = &state.address_limits;
    let headers = request.headers();
    let address = client_ip(request.extensions());
    if let Some(token) = bearer(headers).filter(|_| state.access.has_secret()) {
        limits.check_secret_attempt(address).map_err(Exceeded::of(WRONG_SECRETS_LIMIT))?;
        if !state.access.allows(None, Some(token)) {
            limits.record_wrong_secret(address);
        }
    }
    let path = request.uri().path();
    match *request.method() {
        Method::GET | Method::HEAD
            if path == CHAT_PATH || (path.starts_with("/api/") && path != SEARCH_PATH) =>
        {
            let pages = if is_event_stream(path) { EVENT_STREAM_PAGES } else { 1 };
            let taken = state.page_rate_limiter.take_many(address, pages, Instant::now());
            taken.map_err(Exceeded::of(PAGES_LIMIT))
        }
        Method::GET | Method::HEAD | Method::OPTIONS => Ok(()),
        _ => {
            let bytes = body_length(state, request);
            limits.take_bytes(address, bytes).map_err(Exceeded::of("address-bytes-per-second"))
        }
    }
}

/// Whether this is `/api/v1/topics/{topic}/events`.
fn is_event_stream(path: &str) -> bool {
    let topic = path.strip_prefix("/api/v1/topics/").and_then(|path| path.strip_suffix("/events"));
    topic.is_some_and(|topic| !topic.contains('/'))
}

/// The length of the body in bytes. A chunked body, whose length is not known yet, counts with the largest size allowed.
fn body_length(state: &AppState, request: &Request) -> usize {
    let headers = request.headers();
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let undeclared =
        if headers.contains_key(header::TRANSFER_ENCODING) { state.settings.limits.frame_bytes } else { 0 };
    declared.unwrap_or(undeclared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_streams_are_told_apart_from_other_reads() {
        for (path, expected) in [
            ("/api/v1/topics/lobby/events", true),
            ("/api/v1/topics/events/events", true),
            ("/api/v1/topics/events", false),
            ("/api/v1/topics/lobby/messages", false),
            ("/api/v1/topics/lobby/messages/events", false),
            ("/t/lobby/events", false),
        ] {
            assert_eq!(is_event_stream(path), expected, "{path}");
        }
    }
}
