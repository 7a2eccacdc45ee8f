//! Sessions for programs, which have no page that would give them one.

use app::protocol::{Name, UserId};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    caller::{Caller, require_same_origin, too_fast},
    input::{ApiJson, ApiQuery, NoFields},
    problem::Problem,
    response::json,
};
use crate::{access::bearer, http::address_limits::ClientIp, session::Session, state::AppState};

#[derive(Deserialize, JsonSchema)]
pub(super) struct SessionBody {
    name: Option<Name>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct SessionResponse {
    user: UserId,
    name: Name,
}

/// `GET /api/v1/session`: the caller's user id and name.
pub(super) async fn read(caller: Caller, _: ApiQuery<NoFields>) -> Response {
    let Session { user, ref name, .. } = caller.session;
    let response = json(StatusCode::OK, &SessionResponse { user, name: name.clone() });
    caller.respond(response)
}

/// `POST /api/v1/session`: creates a session unless the caller has one, renews it when it is due, and sets its name. A banned person
/// keeps theirs: others still see it.
pub(super) async fn open(
    State(state): State<AppState>,
    ClientIp(address): ClientIp,
    headers: HeaderMap,
    query: Result<ApiQuery<NoFields>, Problem>,
    body: Result<ApiJson<SessionBody>, Problem>,
) -> Result<Response, Problem> {
    require_same_origin(&headers, &state)?;
    state.page_rate_limiter.take(address, Instant::now()).map_err(too_fast)?;
    let of_store = |error| Problem::of_store(&error);
    let known = state.sessions.find_and_store(&headers).await.map_err(of_store)?;
    if !state.access.allows(known.as_ref().map(|(session, _)| session), bearer(&headers)) {
        return Err(Problem::no_access());
    }
    query?;
    let ApiJson(SessionBody { name }) = body?;
    let (mut session, cookie) = match known {
        Some(known) => known,
        None => state.sessions.find_or_create(&headers).await.map_err(of_store)?,
    };
    if let Some(name) = name.filter(|name| *name != session.name) {
        state.chat.rights().rename(&session.person())?;
        state.chat.rename_person(&session, &name).await.map_err(of_store)?;
        session.name = name;
    }
    let mut response = json(StatusCode::OK, &SessionResponse { user: session.user, name: session.name });
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}
