//! Full-text search for messages.

use std::sync::Arc;

use app::protocol::{DEFAULT_PAGE_SIZE, SearchHit, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    caller::Searcher,
    input::{ApiQuery, CursorParam, Limit},
    problem::Problem,
    response::json,
};
use crate::{
    chat::Chat,
    event_log::{self, Hits, QueryError, Search, parse_utc_offsets},
    rights::Door,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct SearchQuery {
    /// Words, "phrases", `from:`, `in:`, and `before:` and `after:` with a date, which is in UTC unless `offsets` is given.
    #[serde(default)]
    q: String,
    topic: Option<TopicName>,
    /// The same as `cursor`; the name of the field in a WebSocket frame.
    #[schemars(extend("deprecated" = true))]
    after: Option<String>,
    /// UTC offsets of the dates in `q`, in minutes east of UTC, separated by commas.
    #[serde(default)]
    offsets: String,
    cursor: Option<CursorParam<event_log::SearchCursor>>,
    #[serde(default)]
    limit: Limit<DEFAULT_PAGE_SIZE, 100>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct SearchResponse {
    hits: Vec<SearchHit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<String>,
    /// The limit that was applied.
    limit: u32,
    /// The same as `more`; the name of the field in all other lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// `false` when some messages may be missing, since they are not in the search index yet; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
}

/// `GET /api/v1/search`
pub(super) async fn search(
    Searcher { person, address }: Searcher,
    State(chat): State<Arc<Chat>>,
    ApiQuery(query): ApiQuery<SearchQuery>,
) -> Result<Response, Problem> {
    let SearchQuery { q, topic, after, cursor, offsets, limit } = query;
    let limit = limit.get();
    let after = cursor.map(|CursorParam(cursor)| cursor.to_string()).or(after);
    let offsets = parse_utc_offsets(&offsets).ok_or(QueryError::Offset)?;
    let search = Search::parse_at(&q, &offsets, topic, after.as_deref(), limit)?;
    let scope = chat.rights().scope(Door::ApiSearch, &person)?;
    let found = chat.searches().search(address, &scope, &search).await?;
    let Hits { hits, more, complete } = found;
    let more = more.map(|more| more.to_string());
    let complete = (!complete).then_some(false);
    Ok(json(StatusCode::OK, &SearchResponse { hits, next: more.clone(), more, limit, complete }))
}
