//! The twin of `chorus.v1` over plain HTTP: the same verbs, rules and codes, one request each, and a stream to hear with.

mod body;
mod caller;
mod description;
mod event_id;
mod events;
mod feed;
mod input;
mod messages_cursor;
mod past;
mod path;
mod people;
mod problem;
mod search;
mod session;
mod topics;
mod write;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{MethodRouter, any, get, put},
};

use crate::router::AppState;
pub(crate) use caller::Reader;
pub(crate) use problem::Problem;

/// Every route of the API. `max` is the largest body of a request, in bytes.
pub(crate) fn routes(max: usize) -> Router<AppState> {
    let routes =
        paths().into_iter().fold(Router::new(), |routes, (path, methods)| routes.route(path, methods));
    routes
        .route("/api/{*rest}", any(nothing_here))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(max))
}

/// Every address with the methods that it takes; `description` describes each.
fn paths() -> Vec<(&'static str, MethodRouter<AppState>)> {
    vec![
        ("/api/v1/topics", get(topics::list)),
        ("/api/v1/topics/{topic}", get(topics::one).put(topics::create).patch(topics::describe)),
        ("/api/v1/topics/{topic}/messages", get(past::messages).post(write::publish)),
        (
            "/api/v1/topics/{topic}/messages/{message}",
            get(past::message).patch(write::edit).delete(write::delete),
        ),
        (
            "/api/v1/topics/{topic}/messages/{message}/reactions/{emoji}",
            put(write::react).delete(write::unreact),
        ),
        ("/api/v1/topics/{topic}/membership", put(people::follow)),
        ("/api/v1/topics/{topic}/read", put(people::read_to)),
        ("/api/v1/topics/{topic}/members", get(people::members)),
        ("/api/v1/topics/{topic}/events", get(events::events)),
        ("/api/v1/search", get(search::search)),
        ("/api/v1/memberships", get(people::memberships)),
        ("/api/v1/session", get(session::own).post(session::open)),
        ("/api/v1/openapi.json", get(description::openapi)),
        ("/api/v1/frames.schema.json", get(description::frames)),
    ]
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this address; PROTOCOL.md lists what there is")
}

/// The router adds `Allow`.
async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed()
}
