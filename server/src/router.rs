//! All routes with their handlers and layers.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_response},
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    accept::record_response_bytes,
    endpoint::route,
    host::{self, AllowedHosts},
    http::{
        access, address_limits::enforce_address_limits, api, assets, atom, compression, csrf, directory,
        health, language, page_error, pages, publish_form, rate_limit::rate_limit_by_ip, retry_after, search,
        security_headers, session::require_session, sitemap, topic,
    },
    state::AppState,
};

/// The largest form body.
const MAX_FORM_BYTES: usize = 256 * 1_024;

/// Builds the router. `hosts` are the names under which the server may be addressed.
///
/// A layer guards the routes that are added above it, so the order of the calls matters.
pub fn router(state: AppState, hosts: AllowedHosts) -> Router {
    pages::init_executor();
    let https = state.settings.secure_cookies;
    let pages = Router::new()
        .route("/", get(directory::open))
        .route("/topics", post(directory::create).get(directory::redirect_to_directory))
        .route("/search", get(search::open))
        .route("/t/{topic}", get(topic::newest).post(publish_form::submit))
        .route("/t/{topic}/", get(topic::newest))
        .route("/t/{topic}/{seq}", get(topic::message))
        .route("/t/{topic}/{seq}/", get(topic::message))
        .fallback(pages::not_found)
        .layer(from_fn_with_state(state.clone(), access::require_access))
        .route("/access", post(access::submit).get(pages::redirect_to_default_topic))
        .layer(from_fn_with_state(state.clone(), require_session))
        .route("/language", post(language::choose))
        .layer(from_fn_with_state(state.clone(), csrf::require_same_origin))
        .layer(from_fn(page_error::localize))
        .route("/t/{topic}/feed.atom", get(atom::feed))
        .layer(from_fn_with_state(state.clone(), rate_limit_by_ip))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES));
    // Outside of the compression layer: the cached file is compressed already.
    let sitemap = Router::new()
        .route("/sitemap.xml", get(sitemap::sitemap))
        .layer(from_fn_with_state(state.clone(), rate_limit_by_ip));
    Router::new()
        .merge(pages)
        .merge(api::routes(state.settings.limits.frame_bytes))
        .layer(map_response(record_response_bytes))
        .layer(compression::layer())
        .layer(map_response(compression::compress_before_sending))
        .merge(sitemap)
        .route("/robots.txt", get(sitemap::robots))
        .route("/chat", route(Arc::clone(&state.chat)))
        .route("/pkg/{*path}", get(assets::hashed_file))
        .route("/anew/pkg/{*path}", get(assets::hashed_file))
        .route("/favicon.svg", get(assets::named_file))
        .route("/favicon-new.svg", get(assets::named_file))
        .route("/icons/{file}", get(assets::named_file))
        .route("/manifest.webmanifest", get(assets::named_file))
        .route("/sw.js", get(assets::service_worker))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .layer(from_fn_with_state(state.clone(), enforce_address_limits))
        .layer(CatchPanicLayer::custom(page_error::handle_panic))
        .layer(from_fn(retry_after::add_to_unavailable))
        .layer(from_fn_with_state(hosts, host::require_known_host))
        .layer(from_fn_with_state(https, security_headers::add_to_response))
        .with_state(state)
}
