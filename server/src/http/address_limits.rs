//! The limits of an address, before a request is looked at: wrong bearer tokens, bytes that are sent, reads of the API and
//! handshakes.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{api::Problem, language::language_of, rate_limit::too_many_requests};
use crate::{access::bearer, endpoint::address_of, router::AppState};

/// A handshake costs what a page costs.
const CHAT: &str = "/chat";
/// It counts by itself: by person where there is one.
const SEARCH: &str = "/api/v1/search";

/// The address that counts for a request.
pub(crate) struct ClientIp(pub(super) IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(address_of(&parts.extensions, &parts.headers)))
    }
}

/// Middleware: an address that asks for too much is told when to go on.
pub(crate) async fn enforce_address_limits(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    match check(&state, &request) {
        Ok(()) => next.run(request).await,
        Err(wait_ms) if request.uri().path().starts_with("/api/") => {
            Problem::too_fast(wait_ms).into_response()
        }
        Err(wait_ms) if *request.method() == Method::POST => {
            too_many_requests(wait_ms, language_of(request.headers()))
        }
        Err(wait_ms) => {
            let retry = [(header::RETRY_AFTER, wait_ms.div_ceil(1_000).max(1).to_string())];
            (StatusCode::TOO_MANY_REQUESTS, retry, "Too many requests; slow down.\n").into_response()
        }
    }
}

/// In how many milliseconds the request may come.
fn check(state: &AppState, request: &Request) -> Result<(), u64> {
    let (limits, headers) = (&state.address_limits, request.headers());
    let address = address_of(request.extensions(), headers);
    if let Some(token) = bearer(headers).filter(|_| state.access.is_guarded()) {
        limits.may_try_secret(address)?;
        if !state.access.admits(None, Some(token)) {
            limits.wrong_secret(address);
        }
    }
    let path = request.uri().path();
    match *request.method() {
        Method::GET | Method::HEAD if path == CHAT || (path.starts_with("/api/") && path != SEARCH) => {
            state.page_rate_limiter.take(address, Instant::now())
        }
        Method::GET | Method::HEAD | Method::OPTIONS => Ok(()),
        _ => limits.receive(address, length(state, request)),
    }
}

/// Bytes of the body; without a length, as many as it may have.
fn length(state: &AppState, request: &Request) -> usize {
    let headers = request.headers();
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let none =
        if headers.contains_key(header::TRANSFER_ENCODING) { state.settings.limits.frame_bytes } else { 0 };
    told.unwrap_or(none)
}
