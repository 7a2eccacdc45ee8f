//! Looking for messages.

use std::sync::Arc;

use app::protocol::{Hit, TopicName};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{body::json, caller::Searcher, problem::Problem};
use crate::{
    chat::Chat,
    log::{Hits, Search},
};

/// How many messages, unless told.
const COUNT: u32 = 30;

#[derive(Deserialize)]
pub(super) struct SearchQuery {
    #[serde(default)]
    q: String,
    topic: Option<TopicName>,
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct SearchResponse {
    hits: Vec<Hit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<String>,
    /// Left out when it is true, as on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
}

/// `GET /api/v1/search`
pub(super) async fn search(
    Searcher(address): Searcher,
    State(chat): State<Arc<Chat>>,
    asked: Result<Query<SearchQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    let SearchQuery { q, topic, after, limit } = asked;
    let search = Search::parse(&q, topic, after.as_deref(), limit.unwrap_or(COUNT))?;
    let found = chat.searches().search(address, &search).await?;
    let Hits { hits, more, complete } = found;
    let more = more.map(|more| more.to_string());
    Ok(json(StatusCode::OK, &SearchResponse { hits, more, complete: (!complete).then_some(false) }))
}
