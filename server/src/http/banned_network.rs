//! The middleware that refuses clients from banned networks.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::debug;

use super::{address_limits::CHAT_PATH, api::Problem, page_context::Presentation, small_page::message_page};
use crate::{
    endpoint::client_ip,
    rights::{Denied, Refusal, Rights},
};

/// Files of pages, among them the style of the page that refuses.
const FILES_PATH: &str = "/pkg/";

/// Middleware: answers 403 to a client from a banned network, in the form that the route speaks. A socket is opened and closed with
/// the reason (`Chat::on_start`), since a browser does not tell its page why a handshake was rejected.
pub(crate) async fn refuse_banned_network(
    State(rights): State<Rights>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let address = client_ip(request.extensions());
    if is_exempt(path) || !rights.is_network_banned(address) {
        return next.run(request).await;
    }
    debug!(%address, "rights.network_banned");
    if path.starts_with("/api/") {
        return Problem::from(Denied::from(Refusal::Banned)).into_response();
    }
    let presentation = Presentation::of(request.headers());
    let language = presentation.language;
    let heading = language.form_errors().failed;
    message_page(StatusCode::FORBIDDEN, presentation, heading, language.refusals().banned)
}

/// A load balancer in a banned network must not take the server for a broken one.
fn is_exempt(path: &str) -> bool {
    matches!(path, CHAT_PATH | "/healthz" | "/readyz") || path.starts_with(FILES_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_answered_to_banned_networks_and_pages_are_not() {
        for path in ["/healthz", "/readyz", "/chat", "/pkg/a.css"] {
            assert!(is_exempt(path), "{path}");
        }
        for path in ["/", "/t/lobby", "/admin", "/api/v1/topics", "/healthz/x"] {
            assert!(!is_exempt(path), "{path}");
        }
    }
}
