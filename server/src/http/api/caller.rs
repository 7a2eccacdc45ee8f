//! Extractors that authorize a request.

use std::net::IpAddr;

use app::protocol::{Author, DraftId, Name};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE, request::Parts},
    response::Response,
};
use tokio::time::Instant;

use super::problem::Problem;
use crate::{
    access::bearer,
    endpoint::{ConnectionPermit, client_ip},
    moderation::NetworkWatch,
    origin::refuse_foreign,
    refusals::{self, RefusalCode},
    rights::{Denied, Person, Refusal},
    session::{OpenSession, Session},
    state::AppState,
};

/// A caller who may read: on a server with an access secret, one who has given it. Creates no session.
pub(crate) struct Reader(pub(crate) Person);

/// A caller who may read, rate limited by user or else by client address, for requests that cost more than a page.
pub(super) struct Searcher {
    pub(super) person: Person,
    /// The client address.
    pub(super) address: IpAddr,
}

/// A caller who may read and keep a connection open: one who calls from an allowed origin and is within the limits of
/// connections. Session and network are watched: the end of the one, or a ban of the other, ends the stream.
pub(super) struct Streamer {
    pub(super) person: Person,
    pub(super) permit: ConnectionPermit,
    pub(super) session: Option<OpenSession>,
    pub(super) network: Option<NetworkWatch>,
}

/// A caller with a session, who may read, calls from an allowed origin and is within the user's rate limit.
pub(super) struct Caller {
    pub(super) session: Session,
    /// The `Set-Cookie` of a renewed session.
    cookie: Option<String>,
}

/// A [`Caller`] whose request appends an event, with an idempotency key.
pub(super) struct Writer {
    pub(super) session: Session,
    /// The idempotency key: a retry with the same draft id does not append a second event.
    pub(super) draft: DraftId,
    /// The client address.
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
        if !state.access.allows(session, bearer(&parts.headers)) {
            return Err(Problem::no_access());
        }
        let (session, cookie) = known.ok_or_else(Problem::no_session)?;
        state.user_rate_limiter.take(session.user, Instant::now()).map_err(too_fast)?;
        Ok(Self { session, cookie })
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = state.sessions.find(&parts.headers).await.map_err(|error| Problem::of_store(&error))?;
        if state.access.allows(session.as_ref(), bearer(&parts.headers)) {
            Ok(Self(person(session.as_ref())))
        } else {
            Err(Problem::no_access())
        }
    }
}

impl FromRequestParts<AppState> for Searcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = state.sessions.find(&parts.headers).await.map_err(|error| Problem::of_store(&error))?;
        if !state.access.allows(session.as_ref(), bearer(&parts.headers)) {
            return Err(Problem::no_access());
        }
        let address = client_ip(&parts.extensions);
        let person = person(session.as_ref());
        let within_rate = match session {
            Some(session) => state.user_rate_limiter.take(session.user, Instant::now()),
            None => state.page_rate_limiter.take(address, Instant::now()),
        };
        within_rate.map_err(too_fast)?;
        Ok(Self { person, address })
    }
}

impl FromRequestParts<AppState> for Streamer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let address = client_ip(&parts.extensions);
        state.connections.check_origin(&parts.headers)?;
        let permit = state.connections.acquire(address);
        let permit = permit.inspect_err(|rejection| rejection.record(address))?;
        let network = state.chat.moderation().watch_network(address);
        // The middleware has asked before the watch began.
        if state.rights.is_network_banned(address) {
            return Err(Denied::from(Refusal::Banned).into());
        }
        let found = state.sessions.find_and_open(&parts.headers).await;
        let (known, session) = found.map_err(|error| Problem::of_store(&error))?;
        if !state.access.allows(known.as_ref(), bearer(&parts.headers)) {
            return Err(Problem::no_access());
        }
        Ok(Self { person: person(known.as_ref()), permit, session, network })
    }
}

impl FromRequestParts<AppState> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Caller { session, cookie } = Caller::from_request_parts(parts, state).await?;
        let address = client_ip(&parts.extensions);
        Ok(Self { session, draft: idempotency_key(&parts.headers)?, address, cookie })
    }
}

impl Writer {
    pub(super) fn person(&self) -> Person {
        person(Some(&self.session))
    }

    /// Returns the event's author, under `name` or else the session's name.
    pub(super) fn author(&self, name: Option<Name>) -> Author {
        let name = name.unwrap_or_else(|| self.session.name.clone());
        Author { user: self.session.user, name, unverified: false }
    }

    /// Adds the cookie of a renewed session to the response.
    pub(super) fn respond(self, response: Response) -> Response {
        with_cookie(self.cookie, response)
    }
}

impl Caller {
    pub(super) fn person(&self) -> Person {
        person(Some(&self.session))
    }

    /// Adds the cookie of a renewed session to the response.
    pub(super) fn respond(self, response: Response) -> Response {
        with_cookie(self.cookie, response)
    }
}

/// Returns the person of a session; a stranger without one.
fn person(session: Option<&Session>) -> Person {
    session.map_or_else(Person::stranger, Session::person)
}

fn with_cookie(cookie: Option<String>, mut response: Response) -> Response {
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

pub(super) fn too_fast(retry_ms: u64) -> Problem {
    refusals::record(RefusalCode::Rate, "frames-per-second or pages-per-second");
    Problem::too_fast(retry_ms)
}

/// Rejects requests of other sites' pages (CSRF): their browsers would send the visitor's cookie.
pub(super) fn require_same_origin(headers: &HeaderMap, state: &AppState) -> Result<(), Problem> {
    if state.origins.allows_post(headers) {
        return Ok(());
    }
    Err(Problem::foreign_origin(&refuse_foreign(headers)))
}

/// Reads `Idempotency-Key`, with or without the quotes of a structured field string (RFC 9651, section 3.3.3).
fn idempotency_key(headers: &HeaderMap) -> Result<DraftId, Problem> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .map(|key| key.trim().trim_matches('"'));
    let draft = key.and_then(|key| key.parse().ok()).map(DraftId);
    draft.ok_or_else(|| {
        Problem::bad_request(
            "send an Idempotency-Key header: a UUID that stays the same when you retry the request",
        )
    })
}
