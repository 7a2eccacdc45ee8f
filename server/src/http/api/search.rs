//! Looking for messages.

use app::protocol::{Hit, TopicName};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{body::json, caller::Searcher, problem::Problem};
use crate::log::{Hits, Log, Search};

/// How many messages, unless told.
const COUNT: u32 = 30;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    topic: Option<TopicName>,
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct Told {
    hits: Vec<Hit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<String>,
}

/// `GET /api/v1/search`
pub(super) async fn search(
    _: Searcher,
    State(log): State<Log>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    let Asked { q, topic, after, limit } = asked;
    let search = Search::parse(&q, topic, after.as_deref(), limit.unwrap_or(COUNT))?;
    let found = log.search(&search).await.map_err(|error| Problem::of_store(&error))?;
    let Hits { hits, more } = found;
    Ok(json(StatusCode::OK, &Told { hits, more: more.map(|more| more.to_string()) }))
}
