//! Pages, rendered on the server.

use app::{
    page::{Page, TopicPage},
    protocol::{DraftId, Span, TopicName},
    shell,
    timeline::Part,
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{context::provide_context, nonce::use_nonce};
use tracing::error;

use super::{assets::page_assets, headers::page_policy, problem::unavailable};
use crate::{
    config::Settings,
    log::{self, Log, ReadError},
    session::Session,
};

/// How many of the newest messages a page begins with.
const NEWEST: u64 = 30;
/// How many messages a page around one of them holds.
const AROUND: u64 = 60;

/// Lets pages run their reactive parts on this program's runtime. Once is enough; more does nothing.
pub(crate) fn prepare() {
    let _ = any_spawner::Executor::init_tokio();
}

/// `GET /`.
pub(crate) async fn home(State(settings): State<Settings>) -> Redirect {
    Redirect::to(&format!("/t/{}", settings.default_topic))
}

/// `GET /t/{topic}`: the newest messages.
pub(crate) async fn topic(
    State(log): State<Log>,
    State(settings): State<Settings>,
    Extension(session): Extension<Session>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let Ok(topic) = name.parse::<TopicName>() else { return not_found(request).await };
    let newest = log.tail(&topic, NEWEST).await;
    topic_page(newest, topic, None, &settings, session, request).await
}

/// `GET /t/{topic}/{seq}`: the messages around one of them.
pub(crate) async fn message(
    State(log): State<Log>,
    State(settings): State<Settings>,
    Extension(session): Extension<Session>,
    Path((name, seq)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (Ok(topic), Ok(seq)) = (name.parse::<TopicName>(), seq.parse::<u64>()) else {
        return not_found(request).await;
    };
    let around = log.history(&topic, Span::Around(seq), AROUND).await;
    if around.as_ref().is_ok_and(|page| seq == 0 || seq > page.head) {
        return not_found(request).await;
    }
    topic_page(around, topic, Some(seq), &settings, session, request).await
}

async fn topic_page(
    read: Result<log::Page, ReadError>,
    topic: TopicName,
    target: Option<u64>,
    settings: &Settings,
    session: Session,
    request: Request,
) -> Response {
    let log::Page { epoch, head, from, to, events } = match read {
        Ok(page) => page,
        Err(error) => {
            error!(%error, "page.unavailable");
            return unavailable().into_response();
        }
    };
    let page = TopicPage {
        topic,
        epoch,
        part: Part { from, to, head, events },
        target,
        user: session.user,
        name: session.name,
        draft: DraftId::random(),
        body_bytes: settings.limits.body_bytes,
    };
    render(Page::Topic(page), StatusCode::OK, request).await
}

/// Everything else.
pub(crate) async fn not_found(request: Request) -> Response {
    render(Page::NotFound, StatusCode::NOT_FOUND, request).await
}

/// Renders a page with its policy. A page is one visitor's own: no cache keeps it.
pub(crate) async fn render(page: Page, status: StatusCode, request: Request) -> Response {
    let Some(assets) = page_assets() else {
        let message =
            "The page's files were not built. Build with `make build`, or develop with `make dev`.\n";
        return (StatusCode::INTERNAL_SERVER_ERROR, message).into_response();
    };
    let dev = DevServer::of_environment();
    let socket = dev.as_ref().map_or(String::new(), DevServer::source);
    let context = move || {
        provide_context(page.clone());
        if let Some(nonce) = use_nonce() {
            let options: leptos_axum::ResponseOptions = leptos::prelude::expect_context();
            if let Ok(policy) = HeaderValue::try_from(page_policy(&nonce, &socket)) {
                options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
        }
    };
    let document = move || shell(assets.clone(), dev.as_ref().map(DevServer::reloader));
    let mut response = leptos_axum::render_app_async_with_context(context, document)(request).await;
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
