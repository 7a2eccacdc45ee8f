//! Bans of addresses and networks, for moderators and owners.

use std::{net::IpAddr, sync::Arc};

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
    standings::{parse_reason, require},
};
use crate::{
    chat::Chat,
    http::address_limits::ClientIp,
    rights::{HousePermission, NetworkBan},
    state::AppState,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct NetworkBody {
    /// The end of the ban.
    banned_until: Timestamp,
    /// The reason, for the list and the audit log: at most 500 characters.
    reason: Option<String>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct NetworksResponse {
    networks: Vec<NetworkResponse>,
}

/// A banned network.
#[derive(JsonSchema, Serialize)]
pub(super) struct NetworkResponse {
    /// An IPv4 address, or the first address of an IPv6 network of 64 bits.
    network: String,
    banned_until: Timestamp,
    /// Absent if none was given.
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    /// The person who banned it.
    actor: UserId,
    at: Timestamp,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct LiftedResponse {
    network: String,
}

/// `GET /api/v1/networks`: the latest ban first. There are at most 1,000.
pub(super) async fn list(State(chat): State<Arc<Chat>>, caller: Caller, _: ApiQuery<NoFields>) -> ApiResult {
    require(&chat, &caller, HousePermission::Ban).await?;
    let bans = chat.moderation().banned_networks().await.map_err(|error| Problem::of_store(&error))?;
    let networks = bans.into_iter().map(NetworkResponse::from).collect();
    Ok(caller.respond(json(StatusCode::OK, &NetworksResponse { networks })))
}

/// `PUT /api/v1/networks/{network}`: bans it, or changes the end of its ban.
pub(super) async fn ban(
    State(state): State<AppState>,
    ClientIp(own): ClientIp,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(NetworkBody { banned_until, reason }): ApiJson<NetworkBody>,
) -> ApiResult {
    require(&state.chat, &caller, HousePermission::Ban).await?;
    let network = path.network()?;
    refuse_needed(network, own, &state)?;
    let reason = parse_reason(reason)?;
    let actor = caller.session.user;
    let ban = state.chat.moderation().ban_network(actor, network, banned_until, reason).await?;
    Ok(caller.respond(json(StatusCode::OK, &NetworkResponse::from(ban))))
}

/// `DELETE /api/v1/networks/{network}`
pub(super) async fn lift(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    _: ApiJson<NoFields>,
) -> ApiResult {
    require(&chat, &caller, HousePermission::Ban).await?;
    let network = path.network()?;
    if !chat.moderation().lift_network(caller.session.user, network).await? {
        return Err(Problem::not_found("this network is not banned"));
    }
    Ok(caller.respond(json(StatusCode::OK, &LiftedResponse { network: network.to_string() })))
}

/// Refuses to ban networks by which everybody, or the moderator, comes.
fn refuse_needed(network: IpAddr, own: IpAddr, state: &AppState) -> Result<(), Problem> {
    let reason = if network.is_loopback() || network.is_unspecified() {
        "this is the address of this machine, by which proxies and its operator come"
    } else if state.settings.trusted_proxy.overlaps(network) {
        "a trusted proxy is in this network, and clients come through it"
    } else if network == own {
        "this is the network that you come from"
    } else {
        return Ok(());
    };
    Err(Problem::bad_request(format!("{network} is not banned: {reason}")))
}

impl From<NetworkBan> for NetworkResponse {
    fn from(ban: NetworkBan) -> Self {
        let NetworkBan { network, banned_until, reason, actor, at } = ban;
        Self { network: network.to_string(), banned_until, reason, actor, at }
    }
}
