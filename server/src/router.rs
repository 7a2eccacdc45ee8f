//! All routes, in groups. A group lists the layers that guard its routes, from the outermost, which sees a request first, to the
//! innermost. `serve::tests::guards` holds each route against the guards that it must have.

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
    chat::Chat,
    endpoint,
    host::AllowedHosts,
    http::{
        access::{self, require_access},
        address_limits::enforce_address_limits,
        admin, api, assets, atom,
        banned_network::refuse_banned_network,
        base_path,
        client::resolve_client,
        compression,
        csrf::require_same_origin,
        directory, health,
        known_host::require_known_host,
        language_form,
        new_topic_form::NEW_TOPIC_PATH,
        own, page_error,
        page_form::MAX_FORM_BYTES,
        pages, publish,
        rate_limit::rate_limit_by_ip,
        request_log, retry_after, search, security_headers,
        session::require_session,
        sitemap, topic,
    },
    session::OWN_PATH,
    state::AppState,
};

/// Builds the router. `hosts` are the names under which the server may be addressed.
pub fn router(state: AppState, hosts: AllowedHosts) -> Router {
    pages::init_executor();
    let base = state.settings.base_path();
    let inside = guard(all_routes(&state), &state, &hosts);
    if base.is_root() {
        return inside;
    }
    // Load balancers and `chorus status` ask the server itself, whose path they need not know.
    let outside = health_routes().fallback(base_path::answer_outside);
    base_path::mount(base, inside, guard(outside, &state, &hosts))
}

fn all_routes(state: &AppState) -> Router<AppState> {
    let compressed = Router::new()
        .merge(page_routes(state))
        .merge(access_routes(state))
        .merge(language_routes(state))
        .merge(feed_routes(state))
        .merge(api::routes(state.settings.limits.frame_bytes))
        .layer((
            map_response(compression::compress_before_sending),
            compression::layer(),
            map_response(record_response_bytes),
        ));
    Router::new()
        .merge(compressed)
        .merge(sitemap_routes(state))
        .merge(robots_routes())
        .merge(socket_routes(&state.chat))
        .merge(asset_routes())
        .merge(health_routes())
}

/// Adds what guards every route.
fn guard(routes: Router<AppState>, state: &AppState, hosts: &AllowedHosts) -> Router {
    // Browsers remember it for a year, so no other setting implies it.
    let https_only = state.settings.secure_cookies;
    let proxies = state.settings.trusted_proxy.clone();
    let log_requests = state.settings.log_requests;
    let base = state.settings.base_path();
    routes
        .layer((
            from_fn_with_state(proxies.clone(), resolve_client),
            from_fn_with_state((log_requests, proxies, base), request_log::identify),
            from_fn_with_state(https_only, security_headers::add_to_response),
            from_fn_with_state(hosts.clone(), require_known_host),
            from_fn(retry_after::add_to_unavailable),
            CatchPanicLayer::custom(page_error::handle_panic),
            from_fn_with_state(state.clone(), enforce_address_limits),
            from_fn_with_state(state.rights.clone(), refuse_banned_network),
        ))
        .with_state(state.clone())
}

/// Pages, the forms on them, and all unknown paths.
fn page_routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", get(directory::open))
        .route(NEW_TOPIC_PATH, post(directory::create).get(directory::redirect_to_directory))
        .route("/search", get(search::open))
        .route("/t/{topic}", get(topic::newest).post(publish::submit))
        .route("/t/{topic}/", get(topic::newest))
        .route("/t/{topic}/{seq}", get(topic::message))
        .route("/t/{topic}/{seq}/", get(topic::message))
        .route(OWN_PATH, get(own::open).post(own::submit))
        .merge(admin::routes())
        .fallback(pages::not_found)
        .layer((
            DefaultBodyLimit::max(MAX_FORM_BYTES),
            from_fn_with_state(state.clone(), rate_limit_by_ip),
            from_fn(page_error::localize),
            CatchPanicLayer::custom(page_error::handle_panic),
            from_fn_with_state(state.clone(), require_same_origin),
            from_fn_with_state(state.clone(), require_session),
            from_fn_with_state(state.clone(), require_access),
        ))
}

/// The form for the access secret, which people send before they have access.
fn access_routes(state: &AppState) -> Router<AppState> {
    Router::new().route("/access", post(access::submit).get(pages::redirect_to_default_topic)).layer((
        DefaultBodyLimit::max(MAX_FORM_BYTES),
        from_fn_with_state(state.clone(), rate_limit_by_ip),
        from_fn(page_error::localize),
        CatchPanicLayer::custom(page_error::handle_panic),
        from_fn_with_state(state.clone(), require_same_origin),
        from_fn_with_state(state.clone(), require_session),
    ))
}

/// The form for the language. It is on the page that asks for the access secret too, and needs no session.
fn language_routes(state: &AppState) -> Router<AppState> {
    Router::new().route("/language", post(language_form::choose)).layer((
        DefaultBodyLimit::max(MAX_FORM_BYTES),
        from_fn_with_state(state.clone(), rate_limit_by_ip),
        from_fn(page_error::localize),
        CatchPanicLayer::custom(page_error::handle_panic),
        from_fn_with_state(state.clone(), require_same_origin),
    ))
}

/// Feeds. Their extractor [`api::Reader`] checks the access secret, and answers as the API does.
fn feed_routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/t/{topic}/feed.atom", get(atom::feed))
        .layer(from_fn_with_state(state.clone(), rate_limit_by_ip))
}

/// The sitemap, which is cached compressed. Its extractor [`api::Reader`] checks the access secret.
fn sitemap_routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/sitemap.xml", get(sitemap::sitemap))
        .layer(from_fn_with_state(state.clone(), rate_limit_by_ip))
}

/// The file for crawlers, which is public.
fn robots_routes() -> Router<AppState> {
    Router::new().route("/robots.txt", get(sitemap::robots))
}

/// The WebSocket endpoint, which checks origin, limits, session and access secret before it upgrades a request.
fn socket_routes(chat: &Arc<Chat>) -> Router<AppState> {
    Router::new().route("/chat", endpoint::route(Arc::clone(chat)))
}

/// Static files, which are public.
fn asset_routes() -> Router<AppState> {
    Router::new()
        .route("/pkg/{*path}", get(assets::hashed_file))
        .route("/anew/pkg/{*path}", get(assets::hashed_file))
        .route("/favicon.svg", get(assets::named_file))
        .route("/favicon-new.svg", get(assets::named_file))
        .route("/icons/{file}", get(assets::named_file))
        .route("/manifest.webmanifest", get(assets::named_file))
        .route("/sw.js", get(assets::service_worker))
}

/// Health checks, which are public.
fn health_routes() -> Router<AppState> {
    Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz))
}
