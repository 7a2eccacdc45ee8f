//! Reading messages.

use app::protocol::{DraftId, Epoch, Event, HistoryRange, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    body::json,
    caller::Reader,
    event_id::After,
    input::{ApiQuery, Cursor, Limit, NoFields},
    messages_cursor::MessagesCursor,
    path::TopicPath,
    problem::Problem,
};
use crate::{
    chat::pages,
    event_log::{Log, Page, ReadError},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct MessagesQuery {
    /// A `seq`: the newest messages before it.
    before: Option<u64>,
    /// A `seq` or the id of an event: the oldest messages after it.
    after: Option<After>,
    /// A `seq`: the messages around it.
    around: Option<u64>,
    cursor: Option<Cursor<MessagesCursor>>,
    #[serde(default)]
    limit: Limit<30, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct MessagesResponse {
    topic: TopicName,
    /// The history that `seq` counts in.
    epoch: Epoch,
    /// The newest event's `seq`.
    head: u64,
    /// The first `seq` that the answer is about; 1: nothing is older.
    from: u64,
    /// The last `seq` that the answer is about; `head`: nothing is newer.
    to: u64,
    /// Names the event at `to`, for a reader that goes on from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<DraftId>,
    /// The reader came from another history: these are the newest.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
    events: Vec<Event>,
    /// The limit in force.
    limit: u32,
    /// Where the list goes on, as `cursor`; left out at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which messages are asked for.
enum Start {
    Newest,
    Range(HistoryRange),
    Cursor(MessagesCursor),
}

/// `GET /api/v1/topics/{topic}/messages`: a part of the past, or the newest.
pub(super) async fn messages(
    _: Reader,
    State(log): State<Log>,
    path: TopicPath,
    ApiQuery(query): ApiQuery<MessagesQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit.get();
    let response = response(&log, path.topic()?, query.start()?, limit).await;
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
    let page = pages::history(&log, &path.topic()?, HistoryRange::After(seq.saturating_sub(1)), 1).await;
    let page = page.map_err(|error| Problem::of_store(&error))?;
    has_begun(page.head)?;
    let message = page.events.into_iter().find(|event| event.seq == seq);
    let message = message.ok_or_else(|| Problem::not_found("that message is not there"))?;
    Ok(json(StatusCode::OK, &message))
}

async fn response(
    log: &Log,
    topic: TopicName,
    start: Start,
    limit: u32,
) -> Result<MessagesResponse, ReadError> {
    let reset = match &start {
        Start::Cursor(MessagesCursor::Older(position) | MessagesCursor::Newer(position)) => {
            !pages::contains(log, &topic, position).await?
        }
        Start::Newest | Start::Range(_) => false,
    };
    let start = if reset { Start::Newest } else { start };
    let page = match start.span() {
        Some(span) => pages::history(log, &topic, span, limit).await?,
        None => pages::tail(log, &topic, limit).await?,
    };
    let next = start.next(&page).map(|next| next.to_string());
    let Page { epoch, head, from, to, events, .. } = page;
    let draft = match events.last().filter(|event| event.seq == to) {
        Some(event) => event.kind.draft(),
        None if to == head => log.draft_at(&topic, head).await?,
        None => None,
    };
    Ok(MessagesResponse { topic, epoch, head, from, to, draft, reset, events, limit, next })
}

/// A topic begins with its first event.
pub(super) fn has_begun(head: u64) -> Result<(), Problem> {
    if head == 0 { Err(Problem::no_topic()) } else { Ok(()) }
}

impl MessagesQuery {
    fn start(self) -> Result<Start, Problem> {
        // A list that goes on has the rest of its query still.
        if let Some(Cursor(cursor)) = self.cursor {
            return Ok(Start::Cursor(cursor));
        }
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(Start::Newest),
            (Some(seq), None, None) => Ok(Start::Range(HistoryRange::Before(seq))),
            (None, Some(After::Seq(seq)), None) => Ok(Start::Range(HistoryRange::After(seq))),
            (None, Some(After::Position(position)), None) => {
                Ok(Start::Cursor(MessagesCursor::Newer(position)))
            }
            (None, None, Some(seq)) => Ok(Start::Range(HistoryRange::Around(seq))),
            _ => Err(Problem::bad_request("give one of `before`, `after` and `around`")),
        }
    }
}

impl Start {
    fn span(&self) -> Option<HistoryRange> {
        match self {
            Self::Newest => None,
            Self::Range(span) => Some(*span),
            Self::Cursor(MessagesCursor::Older(position)) => Some(HistoryRange::Before(position.seq)),
            Self::Cursor(MessagesCursor::Newer(position)) => Some(HistoryRange::After(position.seq)),
        }
    }

    /// Where a list that began there goes on after a page. What is around a message goes on in both directions, and so in none.
    fn next(&self, page: &Page) -> Option<MessagesCursor> {
        let position = |event| MessagesCursor::position(&page.epoch, event);
        match self.span() {
            None | Some(HistoryRange::Before(_)) => {
                let oldest = page.events.first().filter(|_| page.from > 1)?;
                Some(MessagesCursor::Older(position(oldest)))
            }
            Some(HistoryRange::After(_)) => {
                let newest = page.events.last().filter(|_| page.to < page.head)?;
                Some(MessagesCursor::Newer(position(newest)))
            }
            Some(HistoryRange::Around(_)) => None,
        }
    }
}
