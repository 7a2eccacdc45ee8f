//! The middleware that finds the client of a request behind its proxies, for everything inside it.

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};

use crate::{accept::Peer, forwarded::TrustedProxies};

/// Middleware: adds the [`crate::forwarded::Client`], and replaces the headers of proxies by what is known of it. Belongs outside
/// of all others.
pub(crate) async fn resolve_client(
    State(proxies): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>() {
        let client = proxies.client(peer.ip(), request.headers());
        let client = if peer.is_tls { client.or_https() } else { client };
        client.replace_headers(request.headers_mut());
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}
