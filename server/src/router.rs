//! Every route on one page, and what it is wired to.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    access::Access,
    chat::Chat,
    config::Settings,
    endpoint::{Sockets, route},
    http::{
        access,
        api::{self, Pace},
        assets, forgery, forms, headers, health, pages, problem,
        session::ensure,
    },
    log::Log,
    origin::Origins,
    session::Sessions,
};

/// The largest form, in bytes.
const FORM_BYTES: usize = 256 * 1_024;

/// What handlers take: each the one thing it uses.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The settings.
    pub settings: Settings,
    /// The log.
    pub log: Log,
    /// Who is who.
    pub sessions: Sessions,
    /// The door.
    pub access: Access,
    /// Whose pages may connect and post.
    pub origins: Origins,
    /// What the endpoints' connections share.
    pub sockets: Sockets,
    /// The chat.
    pub chat: Arc<Chat>,
    /// How fast each may write over HTTP.
    pub(crate) pace: Pace,
}

/// Every route.
pub fn router(state: AppState) -> Router {
    pages::prepare();
    let pages = Router::new()
        .route("/", get(pages::home))
        .route("/t/{topic}", get(pages::topic).post(forms::write))
        .route("/t/{topic}/{seq}", get(pages::message))
        .fallback(pages::not_found)
        .layer(from_fn_with_state(state.clone(), access::door))
        .route("/access", post(access::enter).get(pages::home))
        .layer(from_fn_with_state(state.clone(), ensure))
        .layer(from_fn_with_state(state.clone(), forgery::safe_methods_or_same_origin))
        .layer(DefaultBodyLimit::max(FORM_BYTES));
    Router::new()
        .merge(pages)
        .merge(api::routes(state.settings.limits.frame_bytes))
        .route("/chat", route(Arc::clone(&state.chat)))
        .route("/pkg/{*path}", get(assets::hashed))
        .route("/favicon.svg", get(assets::favicon))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(headers::secure))
        .with_state(state)
}
