//! Reading messages.

use app::protocol::{DraftId, Epoch, Event, Span, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};

use super::{
    body::json,
    caller::Reader,
    event_id::After,
    input::{ApiQuery, Limit, NoFields},
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
    let response = response.map_err(|error| Problem::of_store(&error))?;
    has_begun(response.head)?;
    Ok(json(StatusCode::OK, &response))
}

/// `GET /api/v1/topics/{topic}/messages/{message}`: one, as the list shows it.
pub(super) async fn message(
    _: Reader,
    State(log): State<Log>,
    path: TopicPath,
    _: ApiQuery<NoFields>,
) -> Result<Response, Problem> {
    let seq = path.message()?;
    let page = past(&log, &path.topic()?, Span::After(seq.saturating_sub(1)), 1).await;
    let page = page.map_err(|error| Problem::of_store(&error))?;
    has_begun(page.head)?;
    let message = page.events.into_iter().find(|event| event.seq == seq);
    let message = message.ok_or_else(|| Problem::not_found("that message is not there"))?;
    Ok(json(StatusCode::OK, &message))
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

/// A topic begins with its first event.
pub(super) fn has_begun(head: u64) -> Result<(), Problem> {
    if head == 0 { Err(Problem::no_topic()) } else { Ok(()) }
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
