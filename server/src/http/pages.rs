//! Server-side rendering of pages.

use std::time::Instant;

use app::{
    head::PageMetadata,
    page_data::{Page, PageData},
    shell,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{context::provide_context, nonce::use_nonce};

use super::{
    assets::page_assets, language::VARY, node_count, page_context::PageContext, security_headers::page_policy,
};
use crate::{config::Settings, counters, request_context::RequestContext};

/// Makes Leptos run its reactive effects on the tokio runtime. Calling it again has no effect.
pub(crate) fn init_executor() {
    let _ = any_spawner::Executor::init_tokio();
}

/// `GET /access`: after a wrong secret the browser shows this address, and a reload gets here.
pub(crate) async fn redirect_to_default_topic(State(settings): State<Settings>) -> Redirect {
    Redirect::to(&format!("/t/{}", settings.default_topic))
}

/// The fallback for all other paths.
pub(crate) async fn not_found(context: PageContext) -> Response {
    render(Page::NotFound, StatusCode::NOT_FOUND, context).await
}

/// A page belongs to one visitor, so no cache may store it. `no-transform` (RFC 9111, section 5.2.2.6) keeps proxies from rewriting the
/// markup (mail addresses, white space), which would break hydration.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store, no-transform");

/// Renders a page without metadata for search engines and link previews.
pub(crate) async fn render(page: Page, status: StatusCode, context: PageContext) -> Response {
    render_with_head(None, page, status, context).await
}

/// Renders a page in the reader's language, with its Content-Security-Policy.
pub(super) async fn render_with_head(
    head: Option<PageMetadata>,
    page: Page,
    status: StatusCode,
    PageContext { language, appearance, path }: PageContext,
) -> Response {
    let shown = PageData { language, path, page };
    let Some(assets) = page_assets() else {
        let message =
            "The page's files were not built. Build with `make build`, or develop with `make dev`.\n";
        return (StatusCode::INTERNAL_SERVER_ERROR, message).into_response();
    };
    let base = RequestContext::base_path();
    let dev = DevServer::from_environment();
    let context = move || {
        provide_context(base.clone());
        provide_context(shown.clone());
        provide_context(appearance);
        if let Some(head) = head.clone() {
            provide_context(head);
        }
        if let Some(nonce) = use_nonce() {
            let options: leptos_axum::ResponseOptions = leptos::prelude::expect_context();
            if let Some(policy) = policy_header(&nonce) {
                options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
        }
    };
    let document = move || shell(assets.clone(), dev.as_ref().map(DevServer::reloader));
    // leptos_axum hands the request on to its router and to server functions; there are none.
    let request = Request::new(Body::empty());
    let started = Instant::now();
    let rendered = leptos_axum::render_app_async_with_context(context, document)(request).await;
    let mut response = with_node_count(rendered).await;
    counters::RENDER_TIME.record_time(started.elapsed());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response.headers_mut().insert(header::VARY, VARY);
    response
}

/// Writes the node count into the page. The rendered body is complete already, so collecting it waits for nothing.
async fn with_node_count(rendered: Response) -> Response {
    let (parts, body) = rendered.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(page) => (parts, node_count::insert(&String::from_utf8_lossy(&page))).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The Content-Security-Policy of a page whose inline script has `nonce`.
pub(super) fn policy_header(nonce: &str) -> Option<HeaderValue> {
    let dev_socket = DevServer::from_environment().as_ref().map_or(String::new(), DevServer::csp_sources);
    HeaderValue::try_from(page_policy(nonce, &dev_socket)).ok()
}

/// The development server (`cargo leptos watch`), which makes the page reload through its own WebSocket.
#[derive(Clone)]
struct DevServer {
    options: leptos::config::LeptosOptions,
}

impl DevServer {
    fn from_environment() -> Option<Self> {
        std::env::var_os("LEPTOS_WATCH")?;
        let options = leptos::config::get_configuration(None).ok()?.leptos_options;
        Some(Self { options })
    }

    fn csp_sources(&self) -> String {
        format!(" ws://127.0.0.1:{0} ws://localhost:{0}", self.options.reload_port)
    }

    fn reloader(&self) -> impl leptos::IntoView + use<> {
        leptos::hydration::AutoReload(leptos::hydration::AutoReloadProps {
            disable_watch: false,
            options: self.options.clone(),
        })
    }
}
