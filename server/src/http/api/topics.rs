//! Topics: which there are, what one is about, making one and describing it.

use std::sync::Arc;

use app::protocol::{About, AboutChange, AboutFields, TopicSummary};
use axum::{extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    body::json,
    caller::{Reader, Writer},
    input::{ApiJson, ApiQuery, Cursor, Limit, NoFields},
    path::TopicPath,
    problem::Problem,
    write::store,
};
use crate::{
    chat::Chat,
    event_log::{Action, ReadError, TopicsCursor, TopicsPage},
    router::AppState,
};

type Answer = Result<Response, Problem>;

#[derive(Deserialize, JsonSchema)]
pub(super) struct TopicsQuery {
    /// Words of names, titles and descriptions; all of them must be there.
    #[serde(default)]
    query: String,
    /// How many of the most recently used to leave out: older clients' way to go on.
    skip: Option<u64>,
    /// In the order of names, those after this one: also from an earlier time.
    after: Option<String>,
    cursor: Option<Cursor<TopicsCursor>>,
    #[serde(default)]
    limit: Limit<30, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct TopicsResponse {
    topics: Vec<TopicSummary>,
    /// Whether there are more.
    more: bool,
    /// The limit in force.
    limit: u32,
    /// Where the list goes on, as `cursor`; left out at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What a new topic is about.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct CreateTopicBody {
    title: String,
    description: String,
}

/// What a topic is to be about; a part that is left out stays as it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DescribeBody {
    title: Option<String>,
    description: Option<String>,
}

/// `GET /api/v1/topics`
pub(super) async fn list(
    _: Reader,
    State(chat): State<Arc<Chat>>,
    ApiQuery(query): ApiQuery<TopicsQuery>,
) -> Answer {
    let response = query.response(&chat).await.map_err(|error| Problem::of_store(&error))?;
    Ok(json(StatusCode::OK, &response))
}

impl TopicsQuery {
    async fn response(self, chat: &Chat) -> Result<TopicsResponse, ReadError> {
        let Self { query, skip, after, cursor, limit } = self;
        let limit = limit.get();
        let cursor = cursor.map(|Cursor(cursor)| cursor).or(after.map(TopicsCursor::after));
        if let (Some(skip), None) = (skip, &cursor) {
            let (topics, more) = chat.topics(&query, skip, limit).await?;
            return Ok(TopicsResponse { topics, more, limit, next: None });
        }
        let TopicsPage { topics, next } = chat.topics_page(&query, cursor, limit).await?;
        let next = next.map(|next| next.to_string());
        Ok(TopicsResponse { topics, more: next.is_some(), limit, next })
    }
}

/// `GET /api/v1/topics/{topic}`
pub(super) async fn one(
    _: Reader,
    State(chat): State<Arc<Chat>>,
    path: TopicPath,
    _: ApiQuery<NoFields>,
) -> Answer {
    let found = chat.summary(&path.topic()?).await.map_err(|error| Problem::of_store(&error))?;
    let topic = found.ok_or_else(Problem::no_topic)?;
    Ok(json(StatusCode::OK, &topic))
}

/// `PUT /api/v1/topics/{topic}`: makes it.
pub(super) async fn create(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(CreateTopicBody { title, description }): ApiJson<CreateTopicBody>,
) -> Answer {
    let about = About::parse(&title, &description)?;
    store(
        &state,
        writer,
        &path,
        None,
        Action::Describe { about, new: true, part: AboutFields::Both },
        StatusCode::CREATED,
    )
    .await
}

/// `PATCH /api/v1/topics/{topic}`: says what it is about.
pub(super) async fn describe(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(DescribeBody { title, description }): ApiJson<DescribeBody>,
) -> Answer {
    let change = AboutChange::parse(title.as_deref(), description.as_deref())?;
    let AboutChange { about, part } =
        change.ok_or_else(|| Problem::bad_request("give a title, a description, or both"))?;
    store(&state, writer, &path, None, Action::Describe { about, new: false, part }, StatusCode::OK).await
}
