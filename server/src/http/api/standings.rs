//! Roles, bans and mutes of people, for those who keep order.

use std::sync::Arc;

use app::protocol::{Timestamp, UserId};
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    caller::Caller,
    input::{ApiJson, ApiQuery, NoFields},
    path::TopicPath,
    problem::{ApiResult, Problem},
    response::json,
    unknown_path,
};
use crate::{
    chat::Chat,
    rights::{HousePermission, Person, Role, Standing},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct StandingBody {
    role: Role,
    /// The end of the ban. Without it, the person is not banned.
    banned_until: Option<Timestamp>,
    /// The end of the mute in all topics. Without it, the person is not muted.
    muted_until: Option<Timestamp>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct StandingResponse {
    user: UserId,
    role: Role,
    /// The end of the ban, which may be over; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_until: Option<Timestamp>,
    /// The end of the mute in all topics, which may be over; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
}

/// `GET /api/v1/people/{user}`
pub(super) async fn read(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
) -> ApiResult {
    require_moderator(&chat, &caller).await?;
    let user = path.user()?;
    let person = chat.moderation().person(user).await.map_err(|error| Problem::of_store(&error))?;
    Ok(caller.respond(json(StatusCode::OK, &StandingResponse::of(user, &person))))
}

/// `PUT /api/v1/people/{user}`: replaces role, ban and mute.
pub(super) async fn write(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(StandingBody { role, banned_until, muted_until }): ApiJson<StandingBody>,
) -> ApiResult {
    require_moderator(&chat, &caller).await?;
    let user = path.user()?;
    let standing = Standing { role, banned_until, muted_until };
    let person = chat.moderation().change_person(caller.session.user, user, standing).await?;
    Ok(caller.respond(json(StatusCode::OK, &StandingResponse::of(user, &person))))
}

/// For everybody else, these paths do not exist.
async fn require_moderator(chat: &Chat, caller: &Caller) -> Result<(), Problem> {
    match chat.rights().house(&caller.person(), HousePermission::Ban) {
        Ok(_) => Ok(()),
        Err(_) => Err(unknown_path().await),
    }
}

impl StandingResponse {
    fn of(user: UserId, person: &Person) -> Self {
        let Standing { role, banned_until, muted_until } = person.standing();
        Self { user, role, banned_until, muted_until }
    }
}
