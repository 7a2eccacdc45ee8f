//! Gives every visitor of a page a session.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header::SET_COOKIE},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::error;

use super::problem::unavailable;
use crate::session::Sessions;

/// Middleware: the request carries its [`crate::session::Session`] as an extension, and the answer the cookie of a new or renewed one.
pub(crate) async fn require_session(
    State(sessions): State<Sessions>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    // A page that is only looked at stores nothing.
    let welcomed = if request.method().is_safe() {
        sessions.greet(headers).await
    } else {
        sessions.welcome(headers).await
    };
    let (session, cookie) = match welcomed {
        Ok(welcomed) => welcomed,
        Err(error) => {
            error!(%error, "session.unavailable");
            return unavailable().into_response();
        }
    };
    request.extensions_mut().insert(session);
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        // A handler that handed over a newer token has the last word.
        if !response.headers().contains_key(SET_COOKIE) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
