//! Sessions: a token in a cookie, of which only the hash is stored, stands for a person's id and name.

mod cookie;
mod entity;
mod expiry;
mod key;
mod store;
mod token;

use app::protocol::{Name, UserId};
use axum::http::HeaderMap;

use crate::{clock::Clock, database::Database};
use cookie::{CookieToken, SessionCookie};
use store::{SessionLookup, SessionStore};
pub use token::SessionToken;

/// The lifetime of a session after its last use.
const LIFETIME_MS: u64 = 30 * DAY_MS;
/// The lifetime of a session that was never used a second time, so that the row of a client without cookies stays for a day only.
const FIRST_LIFETIME_MS: u64 = DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Proof that the access secret was entered: its fingerprint.
pub type AccessProof = [u8; 32];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub user: UserId,
    pub name: Name,
    pub access: Option<AccessProof>,
    /// The primary key: the hash of the cookie's token.
    pub(crate) key: [u8; 32],
}

/// Sessions cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("sessions cannot be read: {0}")]
pub struct SessionError(#[from] sea_orm::DbErr);

/// All sessions; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    store: SessionStore,
    cookie: SessionCookie,
}

/// A session found by a request's cookies.
struct FoundSession {
    session: Session,
    /// A `Set-Cookie` header, if the session was renewed or its cookie has an old name.
    cookie: Option<String>,
    /// `false` for a session that was issued with a page and was not used since.
    is_stored: bool,
}

impl Sessions {
    /// With `is_secure`, browsers send the cookie over https only.
    pub fn new(database: Database, is_secure: bool) -> Self {
        Self { store: SessionStore::new(database, Clock::system()), cookie: SessionCookie::new(is_secure) }
    }

    /// Gives the cookie a name that no other instance on the host uses.
    pub fn for_instance(self, instance: &str) -> Self {
        Self { cookie: self.cookie.for_instance(instance), ..self }
    }

    /// Returns the session for a request that only reads: one that has not expired, or one that was issued with a page and is not
    /// stored yet. This counts as a use and renews a stored session. The cookie is not sent again; the browser keeps it for a
    /// whole lifetime from the first day.
    pub async fn find(&self, headers: &HeaderMap) -> Result<Option<Session>, SessionError> {
        Ok(self.look_up(headers).await?.map(|found| found.session))
    }

    /// Returns the session for a request that writes or opens a live connection, and a `Set-Cookie` header if the session was
    /// renewed or its cookie has an old name. Stores the session of a token that was issued with a page.
    pub async fn find_and_store(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(Session, Option<String>)>, SessionError> {
        let Some(FoundSession { session, cookie, is_stored }) = self.look_up(headers).await? else {
            return Ok(None);
        };
        let session = if is_stored { session } else { self.store.create(session.key, session.user).await? };
        Ok(Some((session, cookie)))
    }

    /// Returns the session for a page, and a `Set-Cookie` header if the token is new, the session was renewed or the cookie has an
    /// old name. A new session is issued and not stored: crawlers and clients that keep no cookies would leave a row each, through
    /// the one connection that writes.
    pub async fn find_or_issue(
        &self,
        headers: &HeaderMap,
    ) -> Result<(Session, Option<String>), SessionError> {
        if let Some(FoundSession { session, cookie, .. }) = self.look_up(headers).await? {
            return Ok((session, cookie));
        }
        let (session, token) = self.store.issue().await?;
        Ok((session, Some(self.cookie(&token))))
    }

    async fn look_up(&self, headers: &HeaderMap) -> Result<Option<FoundSession>, SessionError> {
        for CookieToken { token, is_current } in self.cookie.tokens(headers) {
            let (session, is_stored, needs_renewal) = match self.store.look_up(&token).await? {
                SessionLookup::Missing => continue,
                SessionLookup::Issued(session) => (session, false, false),
                SessionLookup::Stored(stored) => (stored.session, true, stored.needs_renewal),
            };
            if needs_renewal {
                self.store.renew(&token.hash()).await?;
            }
            let cookie = (needs_renewal || !is_current).then(|| self.cookie(&token));
            return Ok(Some(FoundSession { session, cookie, is_stored }));
        }
        Ok(None)
    }

    /// Like [`find_and_store`](Self::find_and_store), and creates a session if there is none.
    pub async fn find_or_create(
        &self,
        headers: &HeaderMap,
    ) -> Result<(Session, Option<String>), SessionError> {
        if let Some(found) = self.find_and_store(headers).await? {
            return Ok(found);
        }
        let token = SessionToken::random();
        let session = self.store.create(token.hash(), new_user()).await?;
        Ok((session, Some(self.cookie(&token))))
    }

    /// Changes the person's name.
    pub async fn rename(&self, session: &Session, name: &Name) -> Result<(), SessionError> {
        Ok(self.store.rename(&session.key, name).await?)
    }

    /// Grants access to a session and moves it to a new token, so that a token that was planted before (session fixation) gains
    /// nothing.
    pub async fn grant(&self, session: &Session, proof: AccessProof) -> Result<SessionToken, SessionError> {
        let token = SessionToken::random();
        if !self.store.grant(&session.key, &token.hash(), proof).await? {
            // The same form was sent twice. The browser keeps the cookie of the later response, so that one needs access as well.
            self.store.create(token.hash(), new_user()).await?;
            self.store.grant(&token.hash(), &token.hash(), proof).await?;
        }
        Ok(token)
    }

    /// The `Set-Cookie` header for a token.
    pub fn cookie(&self, token: &SessionToken) -> String {
        self.cookie.set_cookie(token)
    }

    /// Stores the system's time as the expiry clock's if none is stored yet. Returns how far the system's clock is ahead of the
    /// expiry clock, in milliseconds.
    pub async fn start_clock(&self) -> Result<u64, SessionError> {
        Ok(self.store.clock().start().await?)
    }

    /// Advances the expiry clock by an hour at most, and deletes the sessions that have expired.
    pub async fn sweep(&self) -> Result<SweepReport, SessionError> {
        let behind_ms = self.store.clock().advance().await?;
        Ok(SweepReport { swept: self.store.sweep().await?, behind_ms })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepReport {
    /// Deleted sessions.
    pub swept: u64,
    /// How far the system's clock is still ahead of the expiry clock, in milliseconds.
    pub behind_ms: u64,
}

/// A new person's id: a UUIDv7.
pub fn new_user() -> UserId {
    UserId::fresh()
}

#[cfg(test)]
mod tests;
