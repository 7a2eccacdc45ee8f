//! Who calls, and what they may.

use std::net::IpAddr;

use app::protocol::{Author, DraftId, Name};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE, request::Parts},
    response::Response,
};
use tokio::time::Instant;

use super::problem::Problem;
use crate::{access::bearer, endpoint::address_of, router::AppState, session::Session};

/// Somebody who may read: anyone who is let in. No session is made for them.
pub(crate) struct Reader;

/// Somebody who may read, and asks for what costs more than a page: not too fast, as themselves or from where they are.
pub(super) struct Searcher(pub(super) IpAddr);

/// Somebody with a session of their own: let in, from no foreign page, and not too fast.
pub(super) struct Caller {
    pub(super) session: Session,
    cookie: Option<String>,
}

/// A caller who says what they want to be done once.
pub(super) struct Writer {
    pub(super) session: Session,
    /// The caller's own name for what they do, so that a retry does it once.
    pub(super) draft: DraftId,
    /// From where they write.
    pub(super) address: IpAddr,
    cookie: Option<String>,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        require_same_origin(&parts.headers, state)?;
        let known =
            state.sessions.find_and_store(&parts.headers).await.map_err(|error| Problem::of_store(&error))?;
        let session = known.as_ref().map(|(session, _)| session);
        if !state.access.admits(session, bearer(&parts.headers)) {
            return Err(Problem::no_access());
        }
        let (session, cookie) = known.ok_or_else(Problem::no_session)?;
        state.user_rate_limiter.take(session.user, Instant::now()).map_err(Problem::too_fast)?;
        Ok(Self { session, cookie })
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = state.sessions.find(&parts.headers).await.map_err(|error| Problem::of_store(&error))?;
        if state.access.admits(session.as_ref(), bearer(&parts.headers)) {
            Ok(Self)
        } else {
            Err(Problem::no_access())
        }
    }
}

impl FromRequestParts<AppState> for Searcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = state.sessions.find(&parts.headers).await.map_err(|error| Problem::of_store(&error))?;
        if !state.access.admits(session.as_ref(), bearer(&parts.headers)) {
            return Err(Problem::no_access());
        }
        let address = address_of(&parts.extensions, &parts.headers);
        let paced = match session {
            Some(session) => state.user_rate_limiter.take(session.user, Instant::now()),
            None => state.page_rate_limiter.take(address, Instant::now()),
        };
        paced.map_err(Problem::too_fast)?;
        Ok(Self(address))
    }
}

impl FromRequestParts<AppState> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Caller { session, cookie } = Caller::from_request_parts(parts, state).await?;
        let address = address_of(&parts.extensions, &parts.headers);
        Ok(Self { session, draft: draft(&parts.headers)?, address, cookie })
    }
}

impl Writer {
    /// As whom they write.
    pub(super) fn author(&self, name: Option<Name>) -> Author {
        let name = name.unwrap_or_else(|| self.session.name.clone());
        Author { user: self.session.user, name, unverified: false }
    }

    /// The answer, with the cookie of a session that was renewed.
    pub(super) fn take_home(self, response: Response) -> Response {
        with_cookie(self.cookie, response)
    }
}

impl Caller {
    /// The answer, with the cookie of a session that was renewed.
    pub(super) fn take_home(self, response: Response) -> Response {
        with_cookie(self.cookie, response)
    }
}

fn with_cookie(cookie: Option<String>, mut response: Response) -> Response {
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// A foreign page cannot write in a visitor's name.
pub(super) fn require_same_origin(headers: &HeaderMap, state: &AppState) -> Result<(), Problem> {
    if state.origins.allows_post(headers) {
        return Ok(());
    }
    Err(Problem::foreign(
        "this came from another site's page; whoever runs the server can allow it (allow-origin)",
    ))
}

/// `Idempotency-Key`, with or without the quotes of a structured field (RFC 9651, section 3.3.3).
fn draft(headers: &HeaderMap) -> Result<DraftId, Problem> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .map(|key| key.trim().trim_matches('"'));
    let draft = key.and_then(|key| key.parse().ok()).map(DraftId);
    draft.ok_or_else(|| {
        Problem::bad_request(
            "give an Idempotency-Key: a UUID, made before the first try and kept for retries",
        )
    })
}
