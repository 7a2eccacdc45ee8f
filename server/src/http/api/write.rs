//! The verbs that add an event to a topic's log.

use app::protocol::{Body, DraftId, Name, TopicName};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{
    body::{Given, json, read},
    caller::Writer,
    place::Place,
    problem::Problem,
};
use crate::{
    log::{NewEvent, Receipt, What},
    router::AppState,
};

type Answer = Result<Response, Problem>;

#[derive(Deserialize)]
struct Said {
    body: String,
    reply_to: Option<u64>,
    name: Option<Name>,
}

#[derive(Deserialize)]
struct Edited {
    revision: u64,
    body: String,
}

/// Which text somebody saw.
#[derive(Deserialize)]
pub(super) struct Seen {
    revision: u64,
}

#[derive(Serialize)]
struct Ack {
    topic: TopicName,
    draft: DraftId,
    seq: u64,
    duplicate: bool,
}

/// `POST /api/v1/topics/{topic}/messages`
pub(super) async fn say(State(state): State<AppState>, writer: Writer, place: Place, given: Given) -> Answer {
    let Said { body, reply_to, name } = read(given)?;
    let what = What::Message { body: text(&state, body)?, reply_to };
    if let Some(name) = name.as_ref().filter(|name| **name != writer.session.name) {
        let renamed = state.chat.goes_by(&writer.session, name).await;
        renamed.map_err(|error| Problem::of_store(&error))?;
    }
    store(&state, writer, &place, name, what, StatusCode::CREATED).await
}

/// `PATCH /api/v1/topics/{topic}/messages/{message}`
pub(super) async fn edit(
    State(state): State<AppState>,
    writer: Writer,
    place: Place,
    given: Given,
) -> Answer {
    let Edited { revision, body } = read(given)?;
    let what = What::Edit { message: place.message()?, revision, body: text(&state, body)? };
    store(&state, writer, &place, None, what, StatusCode::OK).await
}

/// `DELETE /api/v1/topics/{topic}/messages/{message}?revision=`
pub(super) async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    place: Place,
    seen: Result<Query<Seen>, QueryRejection>,
) -> Answer {
    let Query(Seen { revision }) = seen.map_err(|error| Problem::bad_request(error.body_text()))?;
    let what = What::Deletion { message: place.message()?, revision };
    store(&state, writer, &place, None, what, StatusCode::OK).await
}

/// `PUT /api/v1/topics/{topic}/messages/{message}/reactions/{emoji}`
pub(super) async fn react(State(state): State<AppState>, writer: Writer, place: Place) -> Answer {
    let what = What::Reaction { message: place.message()?, emoji: place.emoji()?, on: true };
    store(&state, writer, &place, None, what, StatusCode::OK).await
}

/// `DELETE /api/v1/topics/{topic}/messages/{message}/reactions/{emoji}`
pub(super) async fn unreact(State(state): State<AppState>, writer: Writer, place: Place) -> Answer {
    let what = What::Reaction { message: place.message()?, emoji: place.emoji()?, on: false };
    store(&state, writer, &place, None, what, StatusCode::OK).await
}

fn text(state: &AppState, body: String) -> Result<String, Problem> {
    Ok(Body::parse(body, state.settings.limits.body_bytes)?.into_string())
}

/// Answers once the event is on the disk. `new` is the status for what was not there before.
pub(super) async fn store(
    state: &AppState,
    writer: Writer,
    place: &Place,
    name: Option<Name>,
    what: What,
    new: StatusCode,
) -> Answer {
    let (topic, draft, author) = (place.topic()?, writer.draft, writer.author(name));
    let joins = matches!(what, What::Message { .. } | What::About { .. });
    let event = state
        .chat
        .worded(NewEvent::new(topic.clone(), author.clone(), draft, what).from_address(writer.address))
        .await;
    let Receipt { seq, duplicate } = state.log.append(event).await?;
    if joins {
        state.chat.has_written(author.user, &author.name, &topic);
    }
    let status = if duplicate { StatusCode::OK } else { new };
    Ok(writer.take_home(json(status, &Ack { topic, draft, seq, duplicate })))
}
