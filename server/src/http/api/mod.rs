//! The REST API: the actions of `chorus.v1` over plain HTTP, with the same rules and error codes, and a stream of server-sent events.

mod actions;
mod caller;
mod description;
mod event_id;
mod events;
mod input;
mod messages;
mod messages_cursor;
mod networks;
mod path;
mod people;
mod policy;
mod problem;
mod response;
mod search;
mod session;
mod sse;
mod standings;
mod topics;

use std::any::Any;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get, put},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::state::AppState;
pub(crate) use caller::Reader;
pub(crate) use problem::Problem;
pub(super) use response::json;

/// All routes of the API. `max_body_bytes` is the largest request body.
pub(crate) fn routes(max_body_bytes: usize) -> Router<AppState> {
    let routes =
        paths().into_iter().fold(Router::new(), |routes, (path, methods)| routes.route(path, methods));
    routes
        .route("/api/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(method_not_allowed)
        .layer((DefaultBodyLimit::max(max_body_bytes), CatchPanicLayer::custom(handle_panic)))
}

fn handle_panic(_: Box<dyn Any + Send>) -> Response {
    Problem::of_panic().into_response()
}

/// All paths with their methods. Tests check that `description` describes each of them, and that `serve/tests/guards.rs` has its guards.
pub(crate) fn paths() -> Vec<(&'static str, MethodRouter<AppState>)> {
    vec![
        ("/api/v1/topics", get(topics::list)),
        ("/api/v1/topics/{topic}", get(topics::one).put(topics::create).patch(topics::describe)),
        ("/api/v1/topics/{topic}/messages", get(messages::messages).post(actions::publish)),
        (
            "/api/v1/topics/{topic}/messages/{message}",
            get(messages::message).patch(actions::edit).delete(actions::delete),
        ),
        (
            "/api/v1/topics/{topic}/messages/{message}/reactions/{emoji}",
            put(actions::react).delete(actions::unreact),
        ),
        ("/api/v1/topics/{topic}/membership", put(people::follow)),
        ("/api/v1/topics/{topic}/read", put(people::read_to)),
        ("/api/v1/topics/{topic}/members", get(people::members)),
        ("/api/v1/topics/{topic}/events", get(events::events)),
        ("/api/v1/search", get(search::search)),
        ("/api/v1/memberships", get(people::memberships)),
        ("/api/v1/session", get(session::read).post(session::open)),
        ("/api/v1/people/{user}", get(standings::read).put(standings::write)),
        ("/api/v1/policy", get(policy::read).put(policy::write)),
        ("/api/v1/networks", get(networks::list)),
        ("/api/v1/networks/{network}", put(networks::ban).delete(networks::lift)),
        ("/api/v1/audit", get(standings::audit)),
        ("/api/v1/openapi.json", get(description::openapi)),
        ("/api/v1/frames.schema.json", get(description::frames)),
    ]
}

async fn unknown_path() -> Problem {
    Problem::not_found("there is no such path; GET /api/v1/openapi.json lists all paths")
}

/// The router adds `Allow`.
async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed()
}
