//! Who is who: a random token in a cookie, of which only the hash is kept; behind it an identity and a name.

mod cookie;
mod entity;
mod expiry;
mod key;
mod store;
mod token;

use app::protocol::{Name, UserId};
use axum::http::HeaderMap;

use crate::{clock::Clock, database::Database};
use cookie::{Given, SessionCookie};
use store::{Looked, Store};
pub use token::Token;

/// How long a session lives after it was last used, in milliseconds: 30 days.
const LIFE_MS: u64 = 30 * DAY_MS;
/// How long a session lives that was never used a second time: whoever takes no cookies leaves a row for a day.
const FIRST_LIFE_MS: u64 = DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Proof that the access secret was given: its fingerprint.
pub type Proof = [u8; 32];

/// A visitor's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who they are.
    pub user: UserId,
    /// The name they go by.
    pub name: Name,
    /// Proof that they gave the access secret.
    pub access: Option<Proof>,
    /// The hash of the cookie's token: the row's key.
    pub(crate) key: [u8; 32],
}

/// Why a session cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("sessions cannot be read: {0}")]
pub struct SessionError(#[from] sea_orm::DbErr);

/// All sessions; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    cookie: SessionCookie,
}

/// A session that a request's cookies hold.
struct Held {
    session: Session,
    /// The `Set-Cookie` of a new life or a new name.
    cookie: Option<String>,
    /// It has a row. A page's session has none before it is used.
    is_stored: bool,
}

impl Sessions {
    /// The sessions in this database. `secure`: browsers send the cookie over https only.
    pub fn new(database: Database, secure: bool) -> Self {
        Self { store: Store::new(database, Clock::system()), cookie: SessionCookie::new(secure) }
    }

    /// The same, with a cookie whose name no other instance on the host has.
    pub fn of_instance(self, instance: &str) -> Self {
        Self { cookie: self.cookie.of_instance(instance), ..self }
    }

    /// The session of a reader: one that has not expired, or one that a page issued and that is not stored yet. Asking is
    /// using: it renews a stored one, whose cookie the browser keeps for a whole life from the first day.
    pub async fn of(&self, headers: &HeaderMap) -> Result<Option<Session>, SessionError> {
        Ok(self.look_up(headers).await?.map(|held| held.session))
    }

    /// The session of a writer or of a live connection, renewed when it is time, and the `Set-Cookie` that goes with a new
    /// life or a new name. The session of a page's token is stored by now.
    pub async fn known(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(Session, Option<String>)>, SessionError> {
        let Some(Held { session, cookie, is_stored }) = self.look_up(headers).await? else { return Ok(None) };
        let session = if is_stored { session } else { self.store.create(session.key, session.user).await? };
        Ok(Some((session, cookie)))
    }

    /// The session of a page's visitor, and the `Set-Cookie` of a new token, a new life or a new name. Nothing is stored for a
    /// visitor who only looks: crawlers and clients that keep no cookies would leave a row each, through the one connection
    /// that writes.
    pub async fn greet(&self, headers: &HeaderMap) -> Result<(Session, Option<String>), SessionError> {
        if let Some(Held { session, cookie, .. }) = self.look_up(headers).await? {
            return Ok((session, cookie));
        }
        let (session, token) = self.store.issue().await?;
        Ok((session, Some(self.cookie(&token))))
    }

    async fn look_up(&self, headers: &HeaderMap) -> Result<Option<Held>, SessionError> {
        for Given { token, is_current } in self.cookie.tokens(headers) {
            let (session, is_stored, ages) = match self.store.look_up(&token).await? {
                Looked::Nothing => continue,
                Looked::Issued(session) => (session, false, false),
                Looked::Stored(found) => (found.session, true, found.ages),
            };
            if ages {
                self.store.renew(&token.hash()).await?;
            }
            let cookie = (ages || !is_current).then(|| self.cookie(&token));
            return Ok(Some(Held { session, cookie, is_stored }));
        }
        Ok(None)
    }

    /// The session of whoever sent these headers, made or renewed when it is time, and the `Set-Cookie` that goes with
    /// a new life.
    pub async fn welcome(&self, headers: &HeaderMap) -> Result<(Session, Option<String>), SessionError> {
        if let Some(known) = self.known(headers).await? {
            return Ok(known);
        }
        let token = Token::random();
        let session = self.store.create(token.hash(), new_user()).await?;
        Ok((session, Some(self.cookie(&token))))
    }

    /// The name they go by from now on.
    pub async fn rename(&self, session: &Session, name: &Name) -> Result<(), SessionError> {
        Ok(self.store.rename(&session.key, name).await?)
    }

    /// Lets them in for good, under a new token: one that was planted before is worth nothing.
    pub async fn grant(&self, session: &Session, proof: Proof) -> Result<Token, SessionError> {
        let token = Token::random();
        if !self.store.grant(&session.key, &token.hash(), proof).await? {
            // Granted already, by the same form sent twice: the later answer must open the door as well.
            self.store.create(token.hash(), new_user()).await?;
            self.store.grant(&token.hash(), &token.hash(), proof).await?;
        }
        Ok(token)
    }

    /// The `Set-Cookie` that hands a token over.
    pub fn cookie(&self, token: &Token) -> String {
        self.cookie.set(token)
    }

    /// Begins with the clock's time where none was stored yet. Returns how far the clock is ahead of the time that sessions
    /// expire by, in milliseconds.
    pub async fn start_clock(&self) -> Result<u64, SessionError> {
        Ok(self.store.clock().start().await?)
    }

    /// Moves the time that sessions expire by towards the clock, by an hour at most, and forgets the sessions that have expired.
    pub async fn sweep(&self) -> Result<Sweep, SessionError> {
        let behind_ms = self.store.clock().advance().await?;
        Ok(Sweep { swept: self.store.sweep().await?, behind_ms })
    }
}

/// A sweep of expired sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// Sessions that had expired.
    pub swept: u64,
    /// How far the clock is still ahead of the time that sessions expire by, in milliseconds.
    pub behind_ms: u64,
}

/// A new identity: UUIDv7.
pub fn new_user() -> UserId {
    UserId::fresh()
}

#[cfg(test)]
mod tests;
