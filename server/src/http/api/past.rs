//! Reading messages.

use app::protocol::{Epoch, Event, Span, TopicName};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{body::json, caller::Reader, place::Place, problem::Problem};
use crate::{
    chat::reading::{newest, past},
    log::{Log, Page},
};

/// How many messages, unless told.
const COUNT: u32 = 30;

#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<u64>,
    after: Option<u64>,
    around: Option<u64>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct Told {
    topic: TopicName,
    epoch: Epoch,
    head: u64,
    from: u64,
    to: u64,
    events: Vec<Event>,
}

/// `GET /api/v1/topics/{topic}/messages`: a part of the past, or the newest.
pub(super) async fn messages(
    _: Reader,
    State(log): State<Log>,
    place: Place,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    let (topic, limit) = (place.topic()?, asked.limit.unwrap_or(COUNT));
    let page = match asked.span()? {
        Some(span) => past(&log, &topic, span, limit).await,
        None => newest(&log, &topic, limit.max(1)).await,
    };
    let Page { epoch, head, from, to, events } = page.map_err(|error| Problem::of_store(&error))?;
    Ok(json(StatusCode::OK, &Told { topic, epoch, head, from, to, events }))
}

impl Asked {
    fn span(&self) -> Result<Option<Span>, Problem> {
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(None),
            (Some(seq), None, None) => Ok(Some(Span::Before(seq))),
            (None, Some(seq), None) => Ok(Some(Span::After(seq))),
            (None, None, Some(seq)) => Ok(Some(Span::Around(seq))),
            _ => Err(Problem::bad_request("give one of before, after and around")),
        }
    }
}
