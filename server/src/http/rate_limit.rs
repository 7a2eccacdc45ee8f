//! Rate limit by client address for pages, forms and new sessions.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

use super::{address_limits::PAGES_LIMIT, posted_form::FormRefusal, refusal::refuse};
use crate::{
    endpoint::client_ip,
    rate_limiter::IpRateLimiter,
    refusals::{self, RefusalCode},
    refused_forms::RefusedForms,
};

/// Middleware: answers 429 with `Retry-After` to a client address that exceeds `pages-per-second`, and may return its form.
pub(crate) async fn rate_limit_by_ip(
    State(rate_limiter): State<IpRateLimiter>,
    State(forms): State<RefusedForms>,
    request: Request,
    next: Next,
) -> Response {
    let address = client_ip(request.extensions());
    match rate_limiter.take(address, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(retry_ms) => {
            refusals::record(RefusalCode::Rate, PAGES_LIMIT);
            refuse(request, &forms, FormRefusal::TooManyRequests { retry_ms }).await
        }
    }
}
