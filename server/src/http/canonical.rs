//! Redirects to the one canonical address of a page, so that caches and search engines see no duplicates.

use axum::{
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

/// Returns a permanent redirect (308) to `path`, or `None` when the request asks for exactly that path. The query is kept.
pub(super) fn redirect_to(path: &str, uri: &Uri) -> Option<Response> {
    if uri.path() == path {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let location = HeaderValue::try_from(format!("{path}{query}")).ok()?;
    Some((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response())
}
