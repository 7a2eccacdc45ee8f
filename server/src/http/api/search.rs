//! Looking for messages.

use std::sync::Arc;

use app::protocol::{Hit, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};

use super::{
    body::json,
    caller::Searcher,
    input::{ApiQuery, Limit},
    problem::Problem,
};
use crate::{
    chat::Chat,
    log::{Hits, Search},
};

#[derive(Deserialize)]
pub(super) struct SearchQuery {
    #[serde(default)]
    q: String,
    topic: Option<TopicName>,
    after: Option<String>,
    #[serde(default)]
    limit: Limit<30, 100>,
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
    ApiQuery(query): ApiQuery<SearchQuery>,
) -> Result<Response, Problem> {
    let SearchQuery { q, topic, after, limit } = query;
    let search = Search::parse(&q, topic, after.as_deref(), limit.get())?;
    let found = chat.searches().search(address, &search).await?;
    let Hits { hits, more, complete } = found;
    let more = more.map(|more| more.to_string());
    Ok(json(StatusCode::OK, &SearchResponse { hits, more, complete: (!complete).then_some(false) }))
}
