//! Roles, bans and mutes of people, for those who keep order, and the audit log of their changes.

use std::sync::Arc;

use app::protocol::{Timestamp, UserId};
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    caller::Caller,
    input::{ApiJson, ApiQuery, CursorParam, Limit, NoFields},
    path::TopicPath,
    problem::{ApiResult, Problem},
    response::json,
    unknown_path,
};
use crate::{
    chat::Chat,
    rights::{
        Act, AuditEntry, Changed, HousePermission, MAX_REASON_CHARS, NetworkChange, Person, Policy, Role,
        Standing,
    },
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct StandingBody {
    role: Role,
    /// The end of the ban. Without it, the person is not banned.
    banned_until: Option<Timestamp>,
    /// The end of the mute in all topics. Without it, the person is not muted.
    muted_until: Option<Timestamp>,
    /// The reason, for the audit log: at most 500 characters.
    reason: Option<String>,
}

// Newest first.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AuditQuery {
    cursor: Option<CursorParam<Uuid>>,
    #[serde(default)]
    limit: Limit<50, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct AuditResponse {
    entries: Vec<AuditItem>,
    /// The limit that was applied.
    limit: u32,
    /// The `cursor` of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A change of a person's role, ban or mute, of the policy, or of the ban of a network.
#[derive(JsonSchema, Serialize)]
struct AuditItem {
    at: Timestamp,
    act: Act,
    /// The person who made the change; absent if a code did.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<UserId>,
    /// The person whose standing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
    /// The person's role, ban and mute since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    /// The policy since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
    /// The network that was banned, or whose ban was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// The end of the network's ban; absent if it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_until: Option<Timestamp>,
    /// Absent if none was given.
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
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
    require(&chat, &caller, HousePermission::Ban).await?;
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
    ApiJson(StandingBody { role, banned_until, muted_until, reason }): ApiJson<StandingBody>,
) -> ApiResult {
    require(&chat, &caller, HousePermission::Ban).await?;
    let user = path.user()?;
    let reason = parse_reason(reason)?;
    let standing = Standing { role, banned_until, muted_until };
    let person = chat.moderation().change_person(caller.session.user, user, standing, reason).await?;
    Ok(caller.respond(json(StatusCode::OK, &StandingResponse::of(user, &person))))
}

/// `GET /api/v1/audit`
pub(super) async fn audit(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    ApiQuery(AuditQuery { cursor, limit }): ApiQuery<AuditQuery>,
) -> ApiResult {
    require(&chat, &caller, HousePermission::ReadAudit).await?;
    let limit = limit.get();
    let before = cursor.map(|CursorParam(id)| id);
    let entries = chat.moderation().audit(before, u64::from(limit) + 1).await;
    let mut entries = entries.map_err(|error| Problem::of_store(&error))?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.id.to_string());
    let entries = entries.into_iter().map(AuditItem::from).collect();
    Ok(caller.respond(json(StatusCode::OK, &AuditResponse { entries, limit, next })))
}

/// Returns a reason as it is stored. PostgreSQL stores no NUL.
pub(super) fn parse_reason(reason: Option<String>) -> Result<String, Problem> {
    let reason = reason.unwrap_or_default().replace('\0', "");
    if reason.chars().count() > MAX_REASON_CHARS {
        let message = format!("`reason` must have at most {MAX_REASON_CHARS} characters");
        return Err(Problem::bad_request(message));
    }
    Ok(reason)
}

/// For everybody else, these paths do not exist.
pub(super) async fn require(
    chat: &Chat,
    caller: &Caller,
    permission: HousePermission,
) -> Result<(), Problem> {
    match chat.rights().house(&caller.person(), permission) {
        Ok(_) => Ok(()),
        Err(_) => Err(unknown_path().await),
    }
}

impl From<AuditEntry> for AuditItem {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { at, act, actor, user, changed, reason, .. } = entry;
        let (user, standing, policy) = match &changed {
            Changed::Standing(standing) => (Some(user), Some(*standing), None),
            Changed::Policy(policy) => (None, None, Some(*policy)),
            Changed::Network(_) => (None, None, None),
        };
        let (network, banned_until) = match changed {
            Changed::Network(NetworkChange { network, banned_until }) => {
                (Some(network.to_string()), banned_until)
            }
            Changed::Standing(_) | Changed::Policy(_) => (None, None),
        };
        Self { at, act, actor, user, standing, policy, network, banned_until, reason }
    }
}

impl StandingResponse {
    fn of(user: UserId, person: &Person) -> Self {
        let Standing { role, banned_until, muted_until } = person.standing();
        Self { user, role, banned_until, muted_until }
    }
}
