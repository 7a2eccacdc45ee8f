//! Pages, rendered on the server.

use app::{
    head::Head,
    page_data::{Page, PagePath, Shown},
    shell,
};
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{context::provide_context, nonce::use_nonce};

use super::{
    assets::page_assets,
    headers::page_policy,
    language::{VARY, language_of},
    nodes,
};
use crate::config::Settings;

/// Lets pages run their reactive parts on this program's runtime. Once is enough; more does nothing.
pub(crate) fn prepare() {
    let _ = any_spawner::Executor::init_tokio();
}

/// `GET /access`: the address of a wrong guess, opened again.
pub(crate) async fn to_default_topic(State(settings): State<Settings>) -> Redirect {
    Redirect::to(&format!("/t/{}", settings.default_topic))
}

/// Everything else.
pub(crate) async fn not_found(request: Request) -> Response {
    render(Page::NotFound, StatusCode::NOT_FOUND, request).await
}

/// A page is one visitor's own. Proxies that rewrite markup (addresses of mail, white space) leave one alone that says so (RFC 9111,
/// section 5.2.2.6); the browser could not take it over otherwise.
const KEPT_NOWHERE: HeaderValue = HeaderValue::from_static("no-store, no-transform");

/// Renders a page that machines need not know more of.
pub(crate) async fn render(page: Page, status: StatusCode, request: Request) -> Response {
    render_with(None, page, status, request).await
}

/// Renders a page with its policy, in the language of whoever asked.
pub(super) async fn render_with(
    head: Option<Head>,
    page: Page,
    status: StatusCode,
    request: Request,
) -> Response {
    let shown = Shown { language: language_of(request.headers()), path: path_of(&request), page };
    let Some(assets) = page_assets() else {
        let message =
            "The page's files were not built. Build with `make build`, or develop with `make dev`.\n";
        return (StatusCode::INTERNAL_SERVER_ERROR, message).into_response();
    };
    let dev = DevServer::of_environment();
    let context = move || {
        provide_context(shown.clone());
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
    let rendered = leptos_axum::render_app_async_with_context(context, document)(request).await;
    let mut response = with_nodes(rendered).await;
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT_NOWHERE);
    response.headers_mut().insert(header::VARY, VARY);
    response
}

/// The markup is whole already: nothing of it is waited for here.
async fn with_nodes(rendered: Response) -> Response {
    let (parts, body) = rendered.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(page) => (parts, nodes::told(&String::from_utf8_lossy(&page))).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The policy of a page whose script carries `nonce`.
pub(super) fn policy_header(nonce: &str) -> Option<HeaderValue> {
    let socket = DevServer::of_environment().as_ref().map_or(String::new(), DevServer::source);
    HeaderValue::try_from(page_policy(nonce, &socket)).ok()
}

/// Where the page can be opened again; what was posted cannot.
fn path_of(request: &Request) -> PagePath {
    let path = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    PagePath(path.map_or("/", |path| path.as_str()).to_owned())
}

/// `cargo leptos watch` tells the page when to reload, over a socket of its own.
#[derive(Clone)]
struct DevServer {
    options: leptos::config::LeptosOptions,
}

impl DevServer {
    fn of_environment() -> Option<Self> {
        std::env::var_os("LEPTOS_WATCH")?;
        let options = leptos::config::get_configuration(None).ok()?.leptos_options;
        Some(Self { options })
    }

    fn source(&self) -> String {
        format!(" ws://127.0.0.1:{0} ws://localhost:{0}", self.options.reload_port)
    }

    fn reloader(&self) -> impl leptos::IntoView + use<> {
        leptos::hydration::AutoReload(leptos::hydration::AutoReloadProps {
            disable_watch: false,
            options: self.options.clone(),
        })
    }
}
