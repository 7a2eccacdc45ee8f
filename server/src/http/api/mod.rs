//! The twin of `chorus.v1` over plain HTTP: the same verbs, rules and codes, one request each, and a stream to hear with.

mod body;
mod caller;
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
    routing::{any, get, put},
};

use crate::router::AppState;
pub(crate) use caller::Reader;
pub(crate) use problem::Problem;

/// Every route of the API. `max` is the largest body of a request, in bytes.
pub(crate) fn routes(max: usize) -> Router<AppState> {
    let topic = Router::new()
        .route("/", get(topics::one).put(topics::create).patch(topics::describe))
        .route("/messages", get(past::messages).post(write::publish))
        .route("/messages/{message}", get(past::message).patch(write::edit).delete(write::delete))
        .route("/messages/{message}/reactions/{emoji}", put(write::react).delete(write::unreact))
        .route("/membership", put(people::follow))
        .route("/read", put(people::read_to))
        .route("/members", get(people::members))
        .route("/events", get(events::events));
    Router::new()
        .route("/api/v1/topics", get(topics::list))
        .nest("/api/v1/topics/{topic}", topic)
        .route("/api/v1/search", get(search::search))
        .route("/api/v1/memberships", get(people::memberships))
        .route("/api/v1/session", get(session::own).post(session::open))
        .route("/api/{*rest}", any(nothing_here))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(max))
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this address; PROTOCOL.md lists what there is")
}

/// The router adds `Allow`.
async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed()
}
