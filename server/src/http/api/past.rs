//! Reading messages.

use app::protocol::{DraftId, Epoch, Event, Span, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};

use super::{
    body::json,
    caller::Reader,
    event_id::After,
    input::{ApiQuery, Limit},
    path::TopicPath,
    problem::Problem,
};
use crate::{
    chat::reading::{holds, newest, past},
    log::{Log, Page, ReadError},
};

#[derive(Deserialize)]
pub(super) struct MessagesQuery {
    before: Option<u64>,
    after: Option<After>,
    around: Option<u64>,
    #[serde(default)]
    limit: Limit<30, 200>,
}

#[derive(Serialize)]
struct MessagesResponse {
    topic: TopicName,
    epoch: Epoch,
    head: u64,
    from: u64,
    to: u64,
    /// Names the event at `to`, for a reader that goes on from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<DraftId>,
    /// The reader came from another history: these are the newest.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
    events: Vec<Event>,
}

/// `GET /api/v1/topics/{topic}/messages`: a part of the past, or the newest.
pub(super) async fn messages(
    _: Reader,
    State(log): State<Log>,
    path: TopicPath,
    ApiQuery(query): ApiQuery<MessagesQuery>,
) -> Result<Response, Problem> {
    let topic = path.topic()?;
    let span = query.span()?;
    let response = response(&log, topic, query.after, span, query.limit.get()).await;
    Ok(json(StatusCode::OK, &response.map_err(|error| Problem::of_store(&error))?))
}

async fn response(
    log: &Log,
    topic: TopicName,
    after: Option<After>,
    span: Option<Span>,
    limit: u32,
) -> Result<MessagesResponse, ReadError> {
    let reset = match &after {
        Some(After::Position(position)) => !holds(log, &topic, position).await?,
        _ => false,
    };
    let page = match span.filter(|_| !reset) {
        Some(span) => past(log, &topic, span, limit).await?,
        None => newest(log, &topic, limit).await?,
    };
    let Page { epoch, head, from, to, events, .. } = page;
    let draft = match events.last().filter(|event| event.seq == to) {
        Some(event) => event.kind.draft(),
        None if to == head => log.draft_at(&topic, head).await?,
        None => None,
    };
    Ok(MessagesResponse { topic, epoch, head, from, to, draft, reset, events })
}

impl MessagesQuery {
    fn span(&self) -> Result<Option<Span>, Problem> {
        match (self.before, self.after.as_ref().map(After::seq), self.around) {
            (None, None, None) => Ok(None),
            (Some(seq), None, None) => Ok(Some(Span::Before(seq))),
            (None, Some(seq), None) => Ok(Some(Span::After(seq))),
            (None, None, Some(seq)) => Ok(Some(Span::Around(seq))),
            _ => Err(Problem::bad_request("give one of before, after and around")),
        }
    }
}
