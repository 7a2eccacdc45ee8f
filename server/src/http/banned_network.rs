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
    let is_public = path == CHAT_PATH || path.starts_with(FILES_PATH);
    let address = client_ip(request.extensions());
    if is_public || !rights.is_network_banned(address) {
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
