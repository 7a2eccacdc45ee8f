//! One address for a page: other spellings of it are redirected.

use axum::{
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

/// Redirects to `path` for good (308), unless the request names exactly that. The query is kept.
pub(super) fn unless_at(path: &str, uri: &Uri) -> Option<Response> {
    if uri.path() == path {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let location = HeaderValue::try_from(format!("{path}{query}")).ok()?;
    Some((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response())
}
