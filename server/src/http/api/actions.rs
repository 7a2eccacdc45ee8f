//! The requests that append an event to a topic's log.

use app::protocol::{Action, Body, DraftId, Name, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    caller::Writer,
    input::{ApiJson, ApiQuery, NoFields},
    path::TopicPath,
    problem::{ApiResult, Problem},
    response::json,
};
use crate::{
    chat::Admission,
    event_log::{NewEvent, Receipt},
    rights::Door,
    state::AppState,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct PublishBody {
    /// The text, in Markdown.
    body: String,
    /// The `seq` of the message that this one replies to.
    reply_to: Option<u64>,
    /// The new name of the session.
    name: Option<Name>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct EditBody {
    /// The revision that the caller has seen: the `seq` of the message or of its latest edit.
    revision: u64,
    /// The new text, in Markdown.
    body: String,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct DeleteQuery {
    /// The revision that the caller has seen: the `seq` of the message or of its latest edit.
    revision: u64,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct AckResponse {
    topic: TopicName,
    draft: DraftId,
    /// The event's position in the topic's log.
    seq: u64,
    /// Whether an earlier request with the same idempotency key has stored the event.
    duplicate: bool,
}

/// `POST /api/v1/topics/{topic}/messages`
pub(super) async fn publish(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(PublishBody { body, reply_to, name }): ApiJson<PublishBody>,
) -> ApiResult {
    let action = Action::Publish { body: text(&state, body)?, reply_to };
    append(&state, writer, &path, name, action, StatusCode::CREATED).await
}

/// `PATCH /api/v1/topics/{topic}/messages/{message}`
pub(super) async fn edit(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(EditBody { revision, body }): ApiJson<EditBody>,
) -> ApiResult {
    let action = Action::Edit { message: path.message()?, revision, body: text(&state, body)? };
    append(&state, writer, &path, None, action, StatusCode::OK).await
}

/// `DELETE /api/v1/topics/{topic}/messages/{message}?revision=`
pub(super) async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    ApiQuery(DeleteQuery { revision }): ApiQuery<DeleteQuery>,
    _: ApiJson<NoFields>,
) -> ApiResult {
    let action = Action::Delete { message: path.message()?, revision };
    append(&state, writer, &path, None, action, StatusCode::OK).await
}

/// `PUT /api/v1/topics/{topic}/messages/{message}/reactions/{emoji}`
pub(super) async fn react(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    _: ApiJson<NoFields>,
) -> ApiResult {
    let action = Action::React { message: path.message()?, emoji: path.emoji()?, on: true };
    append(&state, writer, &path, None, action, StatusCode::OK).await
}

/// `DELETE /api/v1/topics/{topic}/messages/{message}/reactions/{emoji}`
pub(super) async fn unreact(
    State(state): State<AppState>,
    writer: Writer,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    _: ApiJson<NoFields>,
) -> ApiResult {
    let action = Action::React { message: path.message()?, emoji: path.emoji()?, on: false };
    append(&state, writer, &path, None, action, StatusCode::OK).await
}

fn text(state: &AppState, body: String) -> Result<String, Problem> {
    Ok(Body::parse(body, state.settings.limits.body_bytes)?.into_string())
}

/// Appends an event and answers once it is on the disk, as the setting `sync` says. `created` is the status for a new event; a retry is
/// answered with 200.
pub(super) async fn append(
    state: &AppState,
    writer: Writer,
    path: &TopicPath,
    name: Option<Name>,
    action: Action,
    created: StatusCode,
) -> ApiResult {
    let topic = path.topic()?;
    let draft = writer.draft;
    let author = writer.author(name.clone());
    let person = writer.person();
    let writable = match state.chat.admit(Door::ApiAction, &person, &topic, action, author, draft).await? {
        Admission::New(writable) => writable,
        Admission::Retry(receipt) => return Ok(acknowledge(writer, topic, receipt, created)),
    };
    // After the permit, so that a refused message renames nobody.
    if let Some(name) = name.filter(|name| *name != writer.session.name) {
        let renamed = state.chat.rename_person(&writer.session, &name).await;
        renamed.map_err(|error| Problem::of_store(&error))?;
    }
    let event = NewEvent::new(writable, draft).from_address(writer.address);
    let receipt = state.chat.publish(event).await?;
    Ok(acknowledge(writer, topic, receipt, created))
}

fn acknowledge(writer: Writer, topic: TopicName, receipt: Receipt, created: StatusCode) -> Response {
    let Receipt { seq, duplicate } = receipt;
    let draft = writer.draft;
    let status = if duplicate { StatusCode::OK } else { created };
    writer.respond(json(status, &AckResponse { topic, draft, seq, duplicate }))
}
