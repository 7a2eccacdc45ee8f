//! The sessions of open connections: what happens to a session or to its person's rights reaches the connections that began with it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    future::poll_fn,
    ops::Bound,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use app::protocol::{Name, UserId};
use futures::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use super::{ReadAt, Session, store::TokenHash};
use crate::{clock::now, rights::Person};

/// How long a change of a person's rights is remembered for connections that open: longer than from the read of a session to the
/// registration of its connection.
const CHANGES_KEPT: Duration = Duration::from_secs(60);

/// The `user` of connections without a session.
const NOBODY: UserId = UserId(Uuid::nil());

/// The registry of open connections' sessions; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct OpenSessions(Arc<Registry>);

#[derive(Default)]
struct Registry {
    connections: Mutex<Connections>,
    /// The key that was checked last in turn; `None` at the start and after the last one.
    last_checked: Mutex<Option<TokenHash>>,
    /// Counts renames by this server: a name that was read before one of them may be older.
    renames: AtomicU64,
    /// Whether connections without a session are registered as well.
    watches_strangers: AtomicBool,
}

#[derive(Default)]
struct Connections {
    by_key: BTreeMap<TokenHash, Vec<Arc<Watched>>>,
    /// The same keys, ordered by their person.
    by_user: BTreeSet<(UserId, TokenHash)>,
    /// Connections without a stored session, by the address of the value.
    strangers: HashMap<usize, Arc<Watched>>,
    /// People whose rights have changed lately.
    changed: HashMap<UserId, (Instant, Person)>,
}

/// The session of one connection.
struct Watched {
    user: UserId,
    name: Mutex<Name>,
    /// The rights of now.
    person: Mutex<Person>,
    is_ended: AtomicBool,
    /// The connection has not seen the latest change.
    is_changed: AtomicBool,
    waker: AtomicWaker,
}

/// The change of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionChange {
    Ended,
    /// The person was banned.
    Banned,
    Renamed(Name),
}

/// A connection's session. Dropping it ends the watch.
pub(crate) struct OpenSession {
    sessions: OpenSessions,
    /// `None` for a connection without a stored session.
    key: Option<TokenHash>,
    watched: Arc<Watched>,
}

impl OpenSessions {
    pub(super) fn open(&self, session: &Session) -> OpenSession {
        let watched = Watched::of(session);
        let mut connections = self.0.connections.lock();
        connections.refresh(&watched, session.read_at);
        connections.insert(session.key, Arc::clone(&watched));
        OpenSession { sessions: self.clone(), key: Some(session.key), watched }
    }

    /// Registers a connection whose session is not stored: it follows its person's rights, and the session has no other changes.
    pub(super) fn open_issued(&self, session: &Session) -> OpenSession {
        let open = self.open_unstored(Watched::of(session));
        self.0.connections.lock().refresh(&open.watched, session.read_at);
        open
    }

    /// Registers a connection without a session, or returns `None` if these are not watched.
    pub(super) fn open_stranger(&self) -> Option<OpenSession> {
        if !self.0.watches_strangers.load(Ordering::Relaxed) {
            return None;
        }
        Some(self.open_unstored(Watched::new(NOBODY, Name::anonymous(), Person::stranger())))
    }

    fn open_unstored(&self, watched: Arc<Watched>) -> OpenSession {
        self.0.connections.lock().strangers.insert(address_of(&watched), Arc::clone(&watched));
        OpenSession { sessions: self.clone(), key: None, watched }
    }

    /// Gives the connections of a person, and those that they open soon, their rights of now. A ban ends them.
    pub(super) fn set_person(&self, user: UserId, person: &Person) {
        if user == NOBODY {
            return;
        }
        let open = self.0.connections.lock().change(user, person);
        open.iter().for_each(|watched| watched.set_person(person));
    }

    /// Returns the people who have open connections.
    pub(super) fn people(&self) -> Vec<UserId> {
        let connections = self.0.connections.lock();
        let stored = connections.by_user.iter().map(|(user, _)| *user);
        let unstored = connections.strangers.values().map(|watched| watched.user);
        let people = stored.chain(unstored).filter(|user| *user != NOBODY);
        people.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Also registers connections without a session from now on.
    pub(super) fn watch_strangers(&self) {
        self.0.watches_strangers.store(true, Ordering::Relaxed);
    }

    /// Ends all, also those without a session.
    pub(super) fn end_all(&self) {
        let all: Vec<_> = {
            let connections = self.0.connections.lock();
            connections.by_key.values().flatten().chain(connections.strangers.values()).cloned().collect()
        };
        all.iter().for_each(|watched| watched.end());
    }

    /// Returns the keys of all open sessions, or of one person's.
    pub(super) fn keys(&self, user: Option<UserId>) -> Vec<TokenHash> {
        let connections = self.0.connections.lock();
        match user {
            Some(user) => connections.keys_of(user),
            None => connections.by_key.keys().copied().collect(),
        }
    }

    /// Returns the keys of the open sessions whose turn it is: `min`, or a part of all (`1 / turns`) if that is more.
    pub(super) fn next_keys(&self, min: usize, turns: usize) -> Vec<TokenHash> {
        let mut last = self.0.last_checked.lock();
        let connections = &self.0.connections.lock().by_key;
        let count = connections.len().div_ceil(turns).max(min);
        let start = last.map_or(Bound::Unbounded, Bound::Excluded);
        let keys: Vec<_> =
            connections.range((start, Bound::Unbounded)).take(count).map(|(key, _)| *key).collect();
        *last = keys.last().filter(|key| connections.keys().next_back() != Some(key)).copied();
        keys
    }

    /// Returns the number of renames until now, for [`compare`](Self::compare).
    pub(super) fn renames(&self) -> u64 {
        self.0.renames.load(Ordering::Acquire)
    }

    /// To be called before and after a rename is stored.
    pub(super) fn count_rename(&self) {
        self.0.renames.fetch_add(1, Ordering::AcqRel);
    }

    /// Compares open sessions with what is stored of them: ends those that are not in `names`, and renames the others, unless they
    /// were renamed here since `renames` was read.
    pub(super) fn compare(&self, keys: &[TokenHash], names: &HashMap<TokenHash, Name>, renames: u64) {
        for key in keys {
            match names.get(key) {
                None => self.end(key),
                Some(name) if self.renames() == renames => self.rename(key, name),
                Some(_) => {}
            }
        }
    }

    pub(super) fn end(&self, key: &TokenHash) {
        self.for_each(key, Watched::end);
    }

    pub(super) fn rename(&self, key: &TokenHash, name: &Name) {
        self.for_each(key, |watched| {
            let before = std::mem::replace(&mut *watched.name.lock(), name.clone());
            if before != *name {
                watched.notify();
            }
        });
    }

    fn for_each(&self, key: &TokenHash, change: impl Fn(&Watched)) {
        let watched = self.0.connections.lock().by_key.get(key).cloned().unwrap_or_default();
        watched.iter().for_each(|watched| change(watched));
    }
}

impl Connections {
    fn insert(&mut self, key: TokenHash, watched: Arc<Watched>) {
        self.by_user.insert((watched.user, key));
        self.by_key.entry(key).or_default().push(watched);
    }

    fn remove(&mut self, key: TokenHash, removed: &Arc<Watched>) {
        let Some(watched) = self.by_key.get_mut(&key) else { return };
        watched.retain(|watched| !Arc::ptr_eq(watched, removed));
        if watched.is_empty() {
            self.by_key.remove(&key);
            self.by_user.remove(&(removed.user, key));
        }
    }

    /// Gives a connection that opens its person's rights of now, which may have changed since its session was read.
    fn refresh(&self, watched: &Watched, ReadAt(read_at): ReadAt) {
        if let Some((changed_at, person)) = self.changed.get(&watched.user)
            && *changed_at >= read_at
        {
            *watched.person.lock() = person.clone();
        }
    }

    /// Remembers that a person's rights have changed, and returns their connections.
    fn change(&mut self, user: UserId, person: &Person) -> Vec<Arc<Watched>> {
        let at = Instant::now();
        self.changed.retain(|_, (changed_at, _)| at.duration_since(*changed_at) < CHANGES_KEPT);
        self.changed.insert(user, (at, person.clone()));
        let keys = self.keys_of(user);
        let stored = keys.iter().filter_map(|key| self.by_key.get(key)).flatten();
        let unstored = self.strangers.values().filter(|watched| watched.user == user);
        stored.chain(unstored).cloned().collect()
    }

    fn keys_of(&self, user: UserId) -> Vec<TokenHash> {
        let all = (user, TokenHash::default())..=(user, [u8::MAX; 32]);
        self.by_user.range(all).map(|(_, key)| *key).collect()
    }
}

fn address_of(watched: &Arc<Watched>) -> usize {
    Arc::as_ptr(watched).addr()
}

impl Watched {
    fn of(session: &Session) -> Arc<Self> {
        Self::new(session.user, session.name.clone(), session.person.clone())
    }

    fn new(user: UserId, name: Name, person: Person) -> Arc<Self> {
        Arc::new(Self {
            user,
            name: Mutex::new(name),
            person: Mutex::new(person),
            is_ended: AtomicBool::new(false),
            is_changed: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        })
    }

    fn end(&self) {
        self.is_ended.store(true, Ordering::Release);
        self.notify();
    }

    fn set_person(&self, person: &Person) {
        *self.person.lock() = person.clone();
        if self.is_banned() {
            self.notify();
        }
    }

    fn is_banned(&self) -> bool {
        self.person.lock().is_banned(now())
    }

    fn notify(&self) {
        self.is_changed.store(true, Ordering::Release);
        self.waker.wake();
    }
}

impl OpenSession {
    /// Ready with the latest change, once.
    pub(crate) fn poll_change(&self, cx: &mut Context<'_>) -> Poll<SessionChange> {
        self.watched.waker.register(cx.waker());
        if !self.watched.is_changed.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        Poll::Ready(if self.watched.is_ended.load(Ordering::Acquire) {
            SessionChange::Ended
        } else if self.watched.is_banned() {
            SessionChange::Banned
        } else {
            SessionChange::Renamed(self.watched.name.lock().clone())
        })
    }

    /// Waits for the end of the session, or for a ban of its person. Cancel safe.
    pub(crate) async fn ended(&self) {
        poll_fn(|cx| {
            self.watched.waker.register(cx.waker());
            let is_over = self.watched.is_ended.load(Ordering::Acquire) || self.watched.is_banned();
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Returns the rights of the connection's person as they are now.
    pub(crate) fn person(&self) -> Person {
        self.watched.person.lock().clone()
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        let mut connections = self.sessions.0.connections.lock();
        match self.key {
            Some(key) => connections.remove(key, &self.watched),
            None => drop(connections.strangers.remove(&address_of(&self.watched))),
        }
    }
}

#[cfg(test)]
mod tests;
