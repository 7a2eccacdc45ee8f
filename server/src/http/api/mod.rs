//! The twin of `chorus.v1` over plain HTTP: the same verbs, rules and codes, one request each, and a stream to hear with.

mod body;
mod caller;
mod event_id;
mod events;
mod feed;
mod input;
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
    routing::{any, get, post, put},
};

use crate::router::AppState;
pub(crate) use caller::Reader;
pub(crate) use problem::Problem;

/// Every route of the API. `max` is the largest body of a request, in bytes.
pub(crate) fn routes(max: usize) -> Router<AppState> {
    let topic = Router::new()
        .route("/", get(topics::one).put(topics::create).patch(topics::describe).fallback(no_such_method))
        .route("/messages", get(past::messages).post(write::publish).fallback(no_such_method))
        .route(
            "/messages/{message}",
            axum::routing::patch(write::edit).delete(write::delete).fallback(no_such_method),
        )
        .route(
            "/messages/{message}/reactions/{emoji}",
            put(write::react).delete(write::unreact).fallback(no_such_method),
        )
        .route("/membership", put(people::follow).fallback(no_such_method))
        .route("/read", put(people::read_to).fallback(no_such_method))
        .route("/members", get(people::members).fallback(no_such_method))
        .route("/events", get(events::events).fallback(no_such_method));
    Router::new()
        .route("/api/v1/topics", get(topics::list).fallback(no_such_method))
        .nest("/api/v1/topics/{topic}", topic)
        .route("/api/v1/search", get(search::search).fallback(no_such_method))
        .route("/api/v1/memberships", get(people::memberships).fallback(no_such_method))
        .route("/api/v1/session", post(session::open).fallback(no_such_method))
        .route("/api/{*rest}", any(nothing_here))
        .layer(DefaultBodyLimit::max(max))
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this address; PROTOCOL.md lists what there is")
}

async fn no_such_method() -> Problem {
    Problem::no_such_method()
}
