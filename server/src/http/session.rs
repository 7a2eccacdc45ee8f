//! Sessions of page requests.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header::SET_COOKIE},
    middleware::Next,
    response::Response,
};

use super::{posted_form::FormRefusal, refusal::refuse};
use crate::{refused_forms::RefusedForms, session::Sessions};

/// Middleware: puts the [`crate::session::Session`] into the request's extensions, and creates one for a visitor who has none. Adds the
/// cookie of a new or renewed session to the response.
pub(crate) async fn require_session(
    State(sessions): State<Sessions>,
    State(forms): State<RefusedForms>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    // A safe method stores no session: crawlers would leave a row for each request.
    let found = if request.method().is_safe() {
        sessions.find_or_issue(headers).await
    } else {
        sessions.find_or_create(headers).await
    };
    let (session, cookie) = match found {
        Ok(found) => found,
        Err(error) => {
            sessions.log_failure(&error);
            return refuse(request, &forms, FormRefusal::Unavailable).await;
        }
    };
    request.extensions_mut().insert(session);
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        // A cookie that the handler has set carries a newer token and must not be replaced.
        if !response.headers().contains_key(SET_COOKIE) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
