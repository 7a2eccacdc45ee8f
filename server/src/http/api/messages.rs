//! Reading messages.

use app::protocol::{DEFAULT_PAGE_SIZE, DraftId, Epoch, Event, HistoryRange, Position, Timestamp, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    caller::Reader,
    event_id::After,
    input::{ApiQuery, CursorParam, Limit, NoFields},
    messages_cursor::MessagesCursor,
    path::TopicPath,
    problem::Problem,
    response::json,
};
use crate::{
    chat::pages,
    event_log::{LogReader, Page, ReadError},
    rights::{Door, Readable, Rights},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct MessagesQuery {
    /// Returns the newest messages before this `seq`.
    before: Option<u64>,
    /// Returns the oldest messages after this `seq` or event id.
    after: Option<After>,
    /// Returns the messages around this `seq`.
    around: Option<u64>,
    cursor: Option<CursorParam<MessagesCursor>>,
    #[serde(default)]
    limit: Limit<DEFAULT_PAGE_SIZE, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct MessagesResponse {
    topic: TopicName,
    /// The epoch that every `seq` belongs to.
    epoch: Epoch,
    /// The `seq` of the newest event.
    head: u64,
    /// The first `seq` that this page covers; 1 when there are no older messages.
    from: u64,
    /// The last `seq` that this page covers; equal to `head` when there are no newer messages.
    to: u64,
    /// The draft id of the event at `to`, which a subscription needs to continue from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<DraftId>,
    /// The time of that event, which belongs to the position like `draft`.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// Whether the given position is not in the current epoch; the page then holds the newest messages.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
    events: Vec<Event>,
    /// The limit that was applied.
    limit: u32,
    /// The `cursor` of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Where a page of messages begins.
enum Start {
    Newest,
    Range(HistoryRange),
    Cursor(MessagesCursor),
}

/// `GET /api/v1/topics/{topic}/messages`: the newest messages, or a page of older ones.
pub(super) async fn messages(
    Reader(person): Reader,
    State(log): State<LogReader>,
    State(rights): State<Rights>,
    path: TopicPath,
    ApiQuery(query): ApiQuery<MessagesQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit.get();
    let topic = rights.read(Door::ApiMessages, &person, &path.topic()?)?;
    let response = response(&log, &topic, query.start()?, limit).await;
    let response = response.map_err(|error| Problem::of_store(&error))?;
    require_topic(response.head)?;
    Ok(json(StatusCode::OK, &response))
}

/// `GET /api/v1/topics/{topic}/messages/{message}`: one message, with its latest text and its reactions.
pub(super) async fn message(
    Reader(person): Reader,
    State(log): State<LogReader>,
    State(rights): State<Rights>,
    path: TopicPath,
    _: ApiQuery<NoFields>,
) -> Result<Response, Problem> {
    let seq = path.message()?;
    let topic = rights.read(Door::ApiMessage, &person, &path.topic()?)?;
    let page = pages::history(&log, &topic, HistoryRange::After(seq.saturating_sub(1)), 1).await;
    let page = page.map_err(|error| Problem::of_store(&error))?;
    require_topic(page.head)?;
    let message = page.events.into_iter().find(|event| event.seq == seq);
    let message = message.ok_or_else(|| Problem::not_found("the topic has no message with this seq"))?;
    Ok(json(StatusCode::OK, &message))
}

async fn response(
    log: &LogReader,
    topic: &Readable,
    start: Start,
    limit: u32,
) -> Result<MessagesResponse, ReadError> {
    let reset = match &start {
        Start::Cursor(MessagesCursor::Older(position) | MessagesCursor::Newer(position)) => {
            !pages::contains(log, topic, position).await?
        }
        Start::Newest | Start::Range(_) => false,
    };
    let start = if reset { Start::Newest } else { start };
    let page = match start.range() {
        Some(range) => pages::history(log, topic, range, limit).await?,
        None => pages::tail(log, topic, limit).await?,
    };
    let next = start.next(&page).map(|next| next.to_string());
    let Page { epoch, head, from, to, events, .. } = page;
    let newest = match events.last().filter(|event| event.seq == to) {
        Some(event) => event.identity(),
        None if to == head => log.identity_at(topic, head).await?,
        None => None,
    };
    let draft = newest.map(|event| event.draft);
    let at = newest.map(|event| event.at);
    let topic = topic.topic().clone();
    Ok(MessagesResponse { topic, epoch, head, from, to, draft, at, reset, events, limit, next })
}

/// Fails with `not_found` for a topic without events, since a topic exists from its first event on.
pub(super) fn require_topic(head: u64) -> Result<(), Problem> {
    if head == 0 { Err(Problem::no_topic()) } else { Ok(()) }
}

impl MessagesQuery {
    fn start(self) -> Result<Start, Problem> {
        // A client adds `cursor` to its first query, so the cursor wins over the other fields.
        if let Some(CursorParam(cursor)) = self.cursor {
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
            _ => Err(Problem::bad_request("give only one of `before`, `after` and `around`")),
        }
    }
}

impl Start {
    fn range(&self) -> Option<HistoryRange> {
        match self {
            Self::Newest => None,
            Self::Range(range) => Some(*range),
            Self::Cursor(MessagesCursor::Older(position)) => Some(HistoryRange::Before(position.seq)),
            Self::Cursor(MessagesCursor::Newer(position)) => Some(HistoryRange::After(position.seq)),
        }
    }

    /// Returns the cursor of the page after `page`. A page around a message continues in both directions, so it has none.
    fn next(&self, page: &Page) -> Option<MessagesCursor> {
        let position = |event| Position::on(page.epoch.clone(), event);
        match self.range() {
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
