//! Sessions: a token in a cookie, of which only the hash is stored, stands for a person's id and name.

mod cookie;
pub(crate) mod entity;
mod expiry;
mod key;
mod open_sessions;
mod owner_code;
mod store;
mod token;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use app::{
    page_data::BasePath,
    protocol::{Name, UserId},
};
use axum::http::HeaderMap;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};
use tracing::error;

use crate::{
    clock::Clock,
    database::Database,
    rate_limiter::{Bucket, Rate},
    rights::Person,
};
use cookie::{CookieToken, SessionCookie};
use open_sessions::OpenSessions;
pub(crate) use open_sessions::{OpenSession, SessionChange};
pub use owner_code::OWN_PATH;
pub(crate) use owner_code::OwnerCode;
use store::{SessionLookup, SessionStore, TokenHash};
pub use token::SessionToken;

/// The lifetime of a session after its last use.
const LIFETIME_MS: u64 = 30 * DAY_MS;
/// The lifetime of a session that was never used a second time, so that the row of a client without cookies stays for a day only.
const FIRST_LIFETIME_MS: u64 = DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Failures that are logged per minute: without the database, every request would add a line.
const LOGGED_FAILURES_PER_MINUTE: u32 = 6;

/// Proof that the access secret was entered: its fingerprint.
pub type AccessProof = [u8; 32];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub user: UserId,
    pub name: Name,
    pub access: Option<AccessProof>,
    /// Read with [`Session::person`].
    pub(crate) person: Person,
    pub(crate) read_at: ReadAt,
    /// The primary key: the hash of the cookie's token.
    pub(crate) key: [u8; 32],
}

impl Session {
    /// Returns the session's person, with the rights that they had when the session was read.
    pub(crate) fn person(&self) -> Person {
        self.person.clone()
    }
}

/// The time before a session was read: changes of rights since then are not in it. It distinguishes no session from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadAt(Instant);

impl ReadAt {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }
}

impl PartialEq for ReadAt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ReadAt {}

/// Sessions cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("sessions cannot be read: {0}")]
pub struct SessionError(#[from] sea_orm::DbErr);

/// All sessions; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    store: SessionStore,
    cookie: SessionCookie,
    log_bucket: Arc<Mutex<Bucket>>,
    open: OpenSessions,
    on_change: Arc<OnceLock<OnChange>>,
}

/// Called after sessions of a person, or of anyone, have ended or were renamed.
type OnChange = Box<dyn Fn(Option<UserId>) + Send + Sync>;

/// Sessions that are checked in one statement.
const MAX_KEYS_PER_QUERY: usize = 1_000;
/// Open sessions that are checked each time, in turn.
const MIN_KEYS_PER_TURN: usize = 500;
/// The time between two statements that check all sessions.
const PAUSE_BETWEEN_QUERIES: Duration = Duration::from_millis(20);

/// A session found by a request's cookies.
struct FoundSession {
    session: Session,
    /// A `Set-Cookie` header, if the session was renewed or its cookie has an old name.
    cookie: Option<String>,
    /// `false` for a session that was issued with a page and was not used since.
    is_stored: bool,
}

impl Sessions {
    /// With `is_secure`, browsers send the cookie over https only; also where a trusted proxy reports https.
    pub fn new(database: Database, is_secure: bool) -> Self {
        Self {
            store: SessionStore::new(database, Clock::system()),
            cookie: SessionCookie::new(is_secure),
            log_bucket: Arc::new(Mutex::new(Bucket::full(log_rate(), Instant::now()))),
            open: OpenSessions::default(),
            on_change: Arc::default(),
        }
    }

    /// Sets the callback for sessions that this server has ended or renamed.
    pub(crate) fn on_change(&self, notify: impl Fn(Option<UserId>) + Send + Sync + 'static) {
        // There is one chat, which sets it once.
        let _ = self.on_change.set(Box::new(notify));
    }

    fn notify(&self, user: Option<UserId>) {
        if let Some(notify) = self.on_change.get() {
            notify(user);
        }
    }

    /// Watches the session of a connection that stays open.
    pub(crate) fn open(&self, session: &Session) -> OpenSession {
        self.open.open(session)
    }

    /// Watches a connection that stays open. One without a session is watched if [`watch_strangers`](Self::watch_strangers) was called.
    pub(crate) fn open_connection(&self, session: Option<&Session>) -> Option<OpenSession> {
        match session {
            Some(session) => Some(self.open(session)),
            None => self.open.open_stranger(),
        }
    }

    /// Like [`find`](Self::find), for a connection that stays open. Of a session that is not stored yet, only the rights of its person
    /// are watched.
    pub(crate) async fn find_and_open(
        &self,
        headers: &HeaderMap,
    ) -> Result<(Option<Session>, Option<OpenSession>), SessionError> {
        let Some(FoundSession { session, is_stored, .. }) = self.look_up(headers).await? else {
            return Ok((None, self.open_connection(None)));
        };
        let open = if is_stored { self.open(&session) } else { self.open.open_issued(&session) };
        Ok((Some(session), Some(open)))
    }

    /// Ends a session: its connections are closed, and its token is not accepted any more.
    pub async fn end(&self, session: &Session) -> Result<(), SessionError> {
        self.store.end(&session.key).await?;
        self.open.end(&session.key);
        self.notify(Some(session.user));
        Ok(())
    }

    /// Has [`close_connections`](Self::close_connections) close connections without a session, too. To be called before there are any.
    pub(crate) fn watch_strangers(&self) {
        self.open.watch_strangers();
    }

    /// Closes all open connections as if their sessions had ended. Their clients connect again.
    pub(crate) fn close_connections(&self) {
        self.open.end_all();
    }

    /// Gives the open connections of a person their rights of now. A ban closes them.
    pub(crate) fn set_person(&self, person: &Person) {
        if let Some(user) = person.user() {
            self.open.set_person(user, person);
        }
    }

    /// Returns the people who have open connections.
    pub(crate) fn connected_people(&self) -> Vec<UserId> {
        self.open.people()
    }

    /// Compares the sessions of open connections, of all or of one person's, with what is stored: other servers may have ended or
    /// renamed them.
    pub(crate) async fn check_open(&self, user: Option<UserId>) -> Result<(), SessionError> {
        for (n, keys) in self.open.keys(user).chunks(MAX_KEYS_PER_QUERY).enumerate() {
            if n > 0 {
                sleep(PAUSE_BETWEEN_QUERIES).await;
            }
            self.compare(keys).await?;
        }
        Ok(())
    }

    /// The same for some of all sessions, in turn; for all after `turns` calls.
    pub(crate) async fn check_next(&self, turns: usize) -> Result<(), SessionError> {
        for keys in self.open.next_keys(MIN_KEYS_PER_TURN, turns).chunks(MAX_KEYS_PER_QUERY) {
            self.compare(keys).await?;
        }
        Ok(())
    }

    async fn compare(&self, keys: &[TokenHash]) -> Result<(), SessionError> {
        let renames = self.open.renames();
        let names = self.store.live_names(keys).await?;
        self.open.compare(keys, &names, renames);
        Ok(())
    }

    /// Logs that a request found no session because the store failed, within limits.
    pub(crate) fn log_failure(&self, error: &SessionError) {
        if self.may_log() {
            error!(%error, "session.unavailable");
        }
    }

    fn may_log(&self) -> bool {
        self.log_bucket.lock().take(log_rate(), Instant::now()).is_ok()
    }

    /// Gives the cookie a name that no other instance on the host uses.
    pub fn for_instance(self, instance: &str) -> Self {
        Self { cookie: self.cookie.for_instance(instance), ..self }
    }

    /// Gives the cookie to pages below this path only.
    pub(crate) fn below(self, base: &BasePath) -> Self {
        Self { cookie: self.cookie.below(base), ..self }
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
        let session =
            if is_stored { session } else { self.store.store_issued(session.key, session.user).await? };
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
        Ok((session, Some(self.cookie(&token, headers))))
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
            let cookie = (needs_renewal || !is_current).then(|| self.cookie(&token, headers));
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
        Ok((session, Some(self.cookie(&token, headers))))
    }

    /// Changes the person's name.
    pub async fn rename(&self, session: &Session, name: &Name) -> Result<(), SessionError> {
        self.open.count_rename();
        self.store.rename(&session.key, name).await?;
        self.open.count_rename();
        self.open.rename(&session.key, name);
        self.notify(Some(session.user));
        Ok(())
    }

    /// Grants access to a session and moves it to a new token, so that a token that was planted before (session fixation) gains
    /// nothing.
    pub async fn grant(&self, session: &Session, proof: AccessProof) -> Result<SessionToken, SessionError> {
        let token = SessionToken::random();
        if self.store.grant(&session.key, &token.hash(), proof).await? {
            self.open.end(&session.key);
            self.notify(Some(session.user));
        } else {
            // The same form was sent twice. The browser keeps the cookie of the later response, so that one needs access as well.
            self.store.create(token.hash(), new_user()).await?;
            self.store.grant(&token.hash(), &token.hash(), proof).await?;
        }
        Ok(token)
    }

    /// The `Set-Cookie` header for a token, in the response to a request with these headers.
    pub fn cookie(&self, token: &SessionToken, headers: &HeaderMap) -> String {
        self.cookie.set_cookie(token, headers)
    }

    /// Stores the key that signs tokens and codes unless there is one: a command that only reads the database makes codes with it.
    pub(crate) async fn prepare_key(&self) -> Result<(), sea_orm::DbErr> {
        self.store.signing_key().await?;
        Ok(())
    }

    /// Returns a code by which one person becomes an owner, once and soon.
    pub async fn owner_code(&self) -> Result<String, SessionError> {
        let now_ms = self.store.clock().now_ms().await?;
        Ok(owner_code::issue(self.store.signing_key().await?, now_ms))
    }

    /// Returns `None` for a code that this chat has not issued, or that has expired. Does not know whether it was used.
    pub(crate) async fn verify_owner_code(&self, code: &str) -> Result<Option<OwnerCode>, SessionError> {
        let now_ms = self.store.clock().now_ms().await?;
        Ok(owner_code::verify(self.store.signing_key().await?, code, now_ms))
    }

    /// Stores the system's time as the expiry clock's if none is stored yet. Returns how far the system's clock is ahead of the
    /// expiry clock, in milliseconds.
    pub async fn start_clock(&self) -> Result<u64, SessionError> {
        Ok(self.store.clock().start().await?)
    }

    /// Advances the expiry clock by an hour at most, and deletes the sessions that have expired. An open connection is a use of its
    /// session, so those are renewed first.
    pub async fn sweep(&self) -> Result<SweepReport, SessionError> {
        let behind_ms = self.store.clock().advance().await?;
        for keys in self.open.keys(None).chunks(MAX_KEYS_PER_QUERY) {
            self.store.renew_all(keys).await?;
        }
        let swept = self.store.sweep().await?;
        if swept > 0 {
            self.check_open(None).await?;
            self.notify(None);
        }
        Ok(SweepReport { swept, behind_ms })
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

fn log_rate() -> Rate {
    Rate::per_minute(LOGGED_FAILURES_PER_MINUTE)
}

#[cfg(test)]
mod tests;
