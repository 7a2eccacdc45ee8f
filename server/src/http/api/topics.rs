//! Listing, reading, creating and describing topics.

use std::sync::Arc;

use app::protocol::{About, AboutChange, Action, DEFAULT_PAGE_SIZE, TopicSummary};
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    actions::append,
    caller::{Reader, Writer},
    input::{ApiJson, ApiQuery, CursorParam, Limit, NoFields},
    path::TopicPath,
    problem::{ApiResult, Problem},
    response::json,
};
use crate::{
    chat::Chat,
    event_log::{ReadError, TopicsCursor, TopicsPage},
    rights::{Door, ReadScope},
    state::AppState,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct TopicsQuery {
    /// Words that must all occur in a topic's name, title or description.
    #[serde(default)]
    query: String,
    /// Skips this many of the most recently used topics. For older clients; use `cursor`.
    #[schemars(extend("deprecated" = true))]
    skip: Option<u64>,
    /// Lists the topics after this name, in the order of names. For older clients; use `cursor`.
    #[schemars(extend("deprecated" = true))]
    after: Option<String>,
    cursor: Option<CursorParam<TopicsCursor>>,
    #[serde(default)]
    limit: Limit<DEFAULT_PAGE_SIZE, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct TopicsResponse {
    topics: Vec<TopicSummary>,
    /// Whether there are more topics.
    more: bool,
    /// The limit that was applied.
    limit: u32,
    /// The `cursor` of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The title and description of a new topic.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct CreateTopicBody {
    title: String,
    description: String,
}

/// The new title and description of a topic. An absent field stays as it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DescribeBody {
    title: Option<String>,
    description: Option<String>,
}

/// `GET /api/v1/topics`
pub(super) async fn list(
    Reader(person): Reader,
    State(chat): State<Arc<Chat>>,
    ApiQuery(query): ApiQuery<TopicsQuery>,
) -> ApiResult {
    let scope = chat.rights().scope(Door::ApiTopics, &person)?;
    let response = query.response(&chat, &scope).await.map_err(|error| Problem::of_store(&error))?;
    Ok(json(StatusCode::OK, &response))
}

impl TopicsQuery {
    async fn response(self, chat: &Chat, scope: &ReadScope) -> Result<TopicsResponse, ReadError> {
        let Self { query, skip, after, cursor, limit } = self;
        let limit = limit.get();
        let cursor = cursor.map(|CursorParam(cursor)| cursor).or(after.map(TopicsCursor::after));
        if let (Some(skip), None) = (skip, &cursor) {
            let (topics, more) = chat.topics(scope, &query, skip, limit).await?;
            return Ok(TopicsResponse { topics, more, limit, next: None });
        }
        let TopicsPage { topics, next } = chat.topics_page(scope, &query, cursor, limit).await?;
        let next = next.map(|next| next.to_string());
        Ok(TopicsResponse { topics, more: next.is_some(), limit, next })
    }
}

/// `GET /api/v1/topics/{topic}`
pub(super) async fn one(
    Reader(person): Reader,
    State(chat): State<Arc<Chat>>,
    path: TopicPath,
    _: ApiQuery<NoFields>,
) -> ApiResult {
    let topic = chat.rights().read(Door::ApiTopic, &person, &path.topic()?)?;
    let found = chat.summary(&topic).await.map_err(|error| Problem::of_store(&error))?;
    let topic = found.ok_or_else(Problem::no_topic)?;
    Ok(json(StatusCode::OK, &topic))
}

/// `PUT /api/v1/topics/{topic}`: creates the topic.
pub(super) async fn create(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(CreateTopicBody { title, description }): ApiJson<CreateTopicBody>,
) -> ApiResult {
    let about = About::parse(&title, &description)?;
    append(
        &state,
        writer,
        &path,
        None,
        Action::Describe { change: about.into(), new: true },
        StatusCode::CREATED,
    )
    .await
}

/// `PATCH /api/v1/topics/{topic}`: changes its title or description.
pub(super) async fn describe(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(DescribeBody { title, description }): ApiJson<DescribeBody>,
) -> ApiResult {
    let change = AboutChange::parse(title.as_deref(), description.as_deref())?;
    let change = change.ok_or_else(|| Problem::bad_request("give a title, a description, or both"))?;
    append(&state, writer, &path, None, Action::Describe { change, new: false }, StatusCode::OK).await
}
