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
mod tests {
    use futures::{FutureExt, future::poll_fn};

    use super::*;

    fn session(key: u8, called: &str) -> Session {
        let user = UserId::fresh();
        let person = Person::guest(user);
        let read_at = ReadAt::now();
        Session { user, name: name(called), access: None, person, read_at, key: [key; 32] }
    }

    fn name(name: &str) -> Name {
        Name::parse(name).unwrap()
    }

    fn change(open: &OpenSession) -> Option<SessionChange> {
        poll_fn(|cx| open.poll_change(cx)).now_or_never()
    }

    #[test]
    fn each_connection_of_a_session_is_notified_of_a_change_once() {
        let sessions = OpenSessions::default();
        let ann = session(1, "Ann");
        let (one, two, other) = (sessions.open(&ann), sessions.open(&ann), sessions.open(&session(2, "Bob")));
        sessions.rename(&[1; 32], &name("Anne"));
        for open in [&one, &two] {
            assert_eq!(change(open), Some(SessionChange::Renamed(name("Anne"))));
            assert_eq!(change(open), None);
        }
        sessions.rename(&[1; 32], &name("Anne"));
        assert_eq!((change(&one), change(&other)), (None, None));
        sessions.end(&[1; 32]);
        assert_eq!((change(&one), two.ended().now_or_never()), (Some(SessionChange::Ended), Some(())));
        assert_eq!(other.ended().now_or_never(), None);
    }

    #[test]
    fn what_is_stored_ends_and_renames_sessions_and_an_older_name_does_not() {
        let sessions = OpenSessions::default();
        let (ann, bob) = (sessions.open(&session(1, "Ann")), sessions.open(&session(2, "Bob")));
        let stored = HashMap::from([([1; 32], name("Anne"))]);
        let renames = sessions.renames();
        sessions.count_rename();
        sessions.compare(&[[1; 32]], &stored, renames);
        assert_eq!(change(&ann), None, "it may be the name before the rename");
        sessions.compare(&sessions.keys(None), &stored, sessions.renames());
        assert_eq!(change(&ann), Some(SessionChange::Renamed(name("Anne"))));
        assert_eq!(change(&bob), Some(SessionChange::Ended));
    }

    #[test]
    fn sessions_are_checked_in_turn() {
        let sessions = OpenSessions::default();
        let _open: Vec<_> = (0..7).map(|key| sessions.open(&session(key, "Ann"))).collect();
        let next =
            |min, turns| -> Vec<u8> { sessions.next_keys(min, turns).iter().map(|key| key[0]).collect() };
        assert_eq!(next(1, 3), [0, 1, 2]);
        assert_eq!(next(1, 3), [3, 4, 5]);
        assert_eq!(next(1, 3), [6]);
        assert_eq!(next(5, 3), [0, 1, 2, 3, 4]);
        sessions.0.connections.lock().by_key.retain(|key, _| key[0] < 4);
        assert_eq!(next(5, 3), [0_u8; 0], "those after the last one have gone");
        assert_eq!(next(5, 3), [0, 1, 2, 3]);
    }

    #[test]
    fn connections_without_a_session_are_ended_with_all_others_if_they_are_watched() {
        let sessions = OpenSessions::default();
        assert!(sessions.open_stranger().is_none());
        sessions.watch_strangers();
        let ann = sessions.open(&session(1, "Ann"));
        let (stranger, left) = (sessions.open_stranger().unwrap(), sessions.open_stranger().unwrap());
        drop(left);
        assert_eq!((sessions.keys(None).len(), sessions.0.connections.lock().strangers.len()), (1, 1));
        assert_eq!(change(&stranger), None);
        sessions.end_all();
        assert_eq!(
            (change(&ann), change(&stranger)),
            (Some(SessionChange::Ended), Some(SessionChange::Ended))
        );
        drop(stranger);
        assert!(sessions.0.connections.lock().strangers.is_empty());
    }

    fn banned(user: UserId) -> Person {
        Person::stored(user, None, Some(i64::MAX), None)
    }

    #[test]
    fn a_ban_reaches_all_connections_of_its_person_and_nobody_else() {
        let sessions = OpenSessions::default();
        let ann = session(1, "Ann");
        let on_phone = Session { key: [2; 32], ..ann.clone() };
        let on_page = Session { key: [3; 32], ..ann.clone() };
        let open = [&ann, &on_phone].map(|session| sessions.open(session));
        let issued = sessions.open_issued(&on_page);
        let bob = sessions.open(&session(4, "Bob"));
        let moderator = Person::stored(ann.user, Some(2), None, None);
        sessions.set_person(ann.user, &moderator);
        assert_eq!((change(&open[0]), open[0].person()), (None, moderator), "only the rights change");
        sessions.set_person(ann.user, &banned(ann.user));
        for open in &open {
            assert_eq!(change(open), Some(SessionChange::Banned));
        }
        assert_eq!(issued.ended().now_or_never(), Some(()));
        assert_eq!((change(&bob), bob.ended().now_or_never()), (None, None));
    }

    #[test]
    fn a_connection_has_the_rights_that_changed_after_its_session_was_read() {
        let sessions = OpenSessions::default();
        let ann = session(1, "Ann");
        sessions.set_person(ann.user, &banned(ann.user));
        assert_eq!(sessions.open(&ann).person(), banned(ann.user));
        assert_eq!(sessions.open_issued(&ann).ended().now_or_never(), Some(()));
        let read_later = ReadAt(Instant::now() + CHANGES_KEPT);
        let later = Session { read_at: read_later, ..ann.clone() };
        assert_eq!(sessions.open(&later).person(), ann.person, "another node has lifted the ban");
        sessions.set_person(ann.user, &Person::guest(ann.user));
        assert_eq!(sessions.open(&ann).person(), Person::guest(ann.user));
    }

    #[test]
    fn people_with_several_connections_are_counted_once() {
        let sessions = OpenSessions::default();
        let ann = session(1, "Ann");
        sessions.watch_strangers();
        let _open = [sessions.open(&ann), sessions.open(&ann), sessions.open_issued(&ann)];
        let stranger = sessions.open_stranger();
        assert_eq!(sessions.people(), [ann.user], "and strangers are nobody");
        sessions.set_person(NOBODY, &banned(NOBODY));
        assert_eq!(stranger.map(|open| open.person()), Some(Person::stranger()));
    }

    #[test]
    fn a_closed_connection_leaves_nothing() {
        let sessions = OpenSessions::default();
        let ann = session(1, "Ann");
        let (one, two) = (sessions.open(&ann), sessions.open(&ann));
        drop(one);
        assert_eq!((sessions.keys(None).len(), sessions.keys(Some(ann.user)).len()), (1, 1));
        drop(two);
        assert!(sessions.keys(None).is_empty() && sessions.keys(Some(ann.user)).is_empty());
    }

    #[test]
    fn a_person_has_the_keys_of_all_their_open_sessions_and_no_others() {
        let sessions = OpenSessions::default();
        let (ann, bob) = (session(0, "Ann"), session(1, "Bob"));
        let on_phone = Session { key: [u8::MAX; 32], ..ann.clone() };
        let _open = [&ann, &bob, &on_phone, &on_phone].map(|session| sessions.open(session));
        assert_eq!(sessions.keys(Some(ann.user)), [ann.key, on_phone.key]);
        assert_eq!(sessions.keys(Some(bob.user)), [bob.key]);
        assert!(sessions.keys(Some(UserId::fresh())).is_empty());
    }
}
