//! The policy of the house, for owners.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    caller::Caller,
    input::{ApiJson, ApiQuery, NoFields},
    problem::{ApiResult, Problem},
    response::json,
    standings::{parse_reason, require},
};
use crate::{
    chat::Chat,
    rights::{Audience, HousePermission, Policy},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct PolicyBody {
    /// The readers of public topics.
    readers: Audience,
    /// The writers in public topics.
    writers: Audience,
    /// Those who create topics, and change the titles of public ones.
    makers: Audience,
    /// The reason, for the audit log: at most 500 characters.
    reason: Option<String>,
}

/// `GET /api/v1/policy`
pub(super) async fn read(State(chat): State<Arc<Chat>>, caller: Caller, _: ApiQuery<NoFields>) -> ApiResult {
    require(&chat, &caller, HousePermission::Administer).await?;
    let policy = chat.moderation().policy().await.map_err(|error| Problem::of_store(&error))?;
    Ok(caller.respond(json(StatusCode::OK, &policy)))
}

/// `PUT /api/v1/policy`: replaces the policy.
pub(super) async fn write(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    _: ApiQuery<NoFields>,
    ApiJson(PolicyBody { readers, writers, makers, reason }): ApiJson<PolicyBody>,
) -> ApiResult {
    require(&chat, &caller, HousePermission::Administer).await?;
    let reason = parse_reason(reason)?;
    let policy = Policy { readers, writers, makers };
    chat.moderation().change_policy(caller.session.user, policy, reason).await?;
    Ok(caller.respond(json(StatusCode::OK, &policy)))
}
