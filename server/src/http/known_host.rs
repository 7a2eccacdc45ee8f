//! The middleware that refuses requests for foreign host names, in the form that the client asks for.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{api::Problem, page_context::Presentation, small_page::message_page};
use crate::{
    host::{AllowedHosts, HostError},
    refusals::{self, RefusalCode, shown_host},
};

/// Middleware: rejects requests for other hosts as misdirected (RFC 9110, section 15.5.20).
pub(crate) async fn require_known_host(
    State(hosts): State<AllowedHosts>,
    request: Request,
    next: Next,
) -> Response {
    match hosts.check(&request) {
        Ok(()) => next.run(request).await,
        Err(HostError::Invalid) => invalid_host(&request),
        Err(HostError::Unknown) => {
            let host = shown_host(request.headers());
            let reason = format!("host {host}: allow it with --public-url or --allow-origin");
            refusals::record(RefusalCode::UnknownHost, &reason);
            let mut response = unknown_host(&request, &host);
            response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
            response
        }
    }
}

/// No browser sends such a request, so there is no page for it.
fn invalid_host(request: &Request) -> Response {
    let message = "a request needs exactly one Host header";
    if is_api(request) {
        return Problem::bad_request(message).into_response();
    }
    (StatusCode::BAD_REQUEST, format!("{message}\n")).into_response()
}

fn unknown_host(request: &Request, host: &str) -> Response {
    let message = format!(
        "this server does not serve the host name of this request, \"{host}\"; its operator can allow the name: \
         --public-url https://NAME (CHORUS_PUBLIC_URL), or --allow-origin"
    );
    if is_api(request) {
        return Problem::misdirected(&message).into_response();
    }
    if accepts_html(request.headers()) {
        let presentation = Presentation::of(request.headers());
        let words = presentation.language.form_errors();
        return message_page(StatusCode::MISDIRECTED_REQUEST, presentation, words.failed, words.unknown_host);
    }
    (StatusCode::MISDIRECTED_REQUEST, format!("{message}\n")).into_response()
}

fn is_api(request: &Request) -> bool {
    request.uri().path().starts_with("/api/")
}

/// Whether the client is a browser that opens a page. Scripts and feed readers ask for other types, or for any.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted.into_iter().any(|types| types.to_str().is_ok_and(|types| types.contains("text/html")))
}
