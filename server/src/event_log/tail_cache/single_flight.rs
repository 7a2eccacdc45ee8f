//! Single-flight loads: callers that ask for a page that is being read share that read, and a full page is reused for a
//! second.
//!
//! The map holds reads weakly, so a read lives as long as one of its callers. A read that the map kept alive would keep its
//! connection after the last caller was dropped: a `Shared` future makes progress only while a caller polls it.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::{Event, TopicName};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use parking_lot::Mutex;
use sea_orm::DbErr;
use tokio_util::task::AbortOnDropHandle;

use crate::event_log::{Page, ReadError, store::Store};

/// For how long a page is reused: clients that reconnect after a restart do not ask in the same instant.
const REUSE_TIME: Duration = Duration::from_secs(1);
/// The number of pages that are kept for reuse.
const MAX_REUSED_PAGES: usize = 16;

/// A page of events after a position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) topic: TopicName,
    pub(super) after: u64,
    pub(super) count: u64,
    /// The head that the caller knows of, where other processes write as well: this process is not notified of their
    /// deletions, so a read is shared by callers that know of the same head only. 0 otherwise.
    pub(super) head: u64,
}

type Loaded = Result<Arc<Page>, ReadError>;
type Read = Shared<BoxFuture<'static, Loaded>>;
type WeakRead = WeakShared<BoxFuture<'static, Loaded>>;

/// The reads in flight, and the pages kept for reuse; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct SingleFlight {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    reads: HashMap<Key, WeakRead>,
    pages: VecDeque<(Instant, Key, Arc<Page>)>,
}

/// Removes a read from the map once its last caller is gone: finished, refused or dropped halfway.
struct RemoveDead {
    state: Arc<Mutex<State>>,
    key: Key,
}

impl SingleFlight {
    /// Returns the oldest events after a position. The read may have begun before the call: the page's head may be older than the
    /// log's, but no text in it was edited or deleted before the call.
    pub(super) async fn since(&self, store: &Store, key: Key) -> Result<Page, ReadError> {
        let Some(page) = self.state.lock().reusable_page(&key) else { return self.load(store, key).await };
        Ok(Arc::unwrap_or_clone(page))
    }

    async fn load(&self, store: &Store, key: Key) -> Result<Page, ReadError> {
        // Declared before the read, and so dropped after it: it removes the entry of a read that has no caller left.
        let _remove = RemoveDead { state: Arc::clone(&self.state), key: key.clone() };
        let read = self.state.lock().join(&key, store);
        let page = read.clone().await;
        self.state.lock().finish(&key, &read, page.as_ref().ok());
        Ok(Arc::unwrap_or_clone(page?))
    }

    /// Takes note of committed events of a topic. An edit or a deletion makes earlier reads of the topic stale.
    pub(super) fn committed(&self, topic: &TopicName, events: &[Event]) {
        if events.iter().any(|event| event.kind.replaces_text()) {
            self.invalidate(topic);
        }
    }

    /// Keeps later callers from sharing earlier reads of a topic.
    pub(super) fn invalidate(&self, topic: &TopicName) {
        let mut state = self.state.lock();
        state.reads.retain(|key, _| &key.topic != topic);
        state.pages.retain(|(_, key, _)| &key.topic != topic);
    }

    /// The number of reads in the map.
    #[cfg(test)]
    pub(super) fn in_flight(&self) -> usize {
        self.state.lock().reads.len()
    }
}

impl State {
    /// Returns a page that was read less than [`REUSE_TIME`] ago.
    fn reusable_page(&mut self, key: &Key) -> Option<Arc<Page>> {
        self.pages.retain(|(read_at, ..)| read_at.elapsed() < REUSE_TIME);
        self.pages.iter().find(|(_, of, _)| of == key).map(|(.., page)| Arc::clone(page))
    }

    /// Returns the read in flight, or starts one.
    fn join(&mut self, key: &Key, store: &Store) -> Read {
        if let Some(read) = self.reads.get(key).and_then(WeakRead::upgrade) {
            return read;
        }
        let read = spawn_read(store.clone(), key.clone());
        if let Some(weak) = read.downgrade() {
            self.reads.insert(key.clone(), weak);
        }
        read
    }

    /// Removes a finished read, and keeps its page for reuse, unless the topic was invalidated meanwhile. A page that is not
    /// full is not kept: later events belong in it.
    fn finish(&mut self, key: &Key, read: &Read, page: Option<&Arc<Page>>) {
        let current = self.reads.get(key).and_then(WeakRead::upgrade);
        if !current.is_some_and(|current| current.ptr_eq(read)) {
            return;
        }
        self.reads.remove(key);
        if let Some(page) = page.filter(|page| page.events.len() as u64 == key.count) {
            self.pages.push_back((Instant::now(), key.clone(), Arc::clone(page)));
            if self.pages.len() > MAX_REUSED_PAGES {
                self.pages.pop_front();
            }
        }
    }
}

impl Drop for RemoveDead {
    fn drop(&mut self) {
        let mut state = self.state.lock();
        if state.reads.get(&self.key).is_some_and(|read| read.upgrade().is_none()) {
            state.reads.remove(&self.key);
        }
    }
}

/// Spawns the read as a task, so that it proceeds while no caller polls it, and a panic is an error for all callers.
fn spawn_read(store: Store, key: Key) -> Read {
    let read = tokio::spawn(async move { store.since(&key.topic, key.after, key.count).await });
    let read = AbortOnDropHandle::new(read);
    let page = async move {
        let page = read.await.unwrap_or_else(|error| Err(DbErr::Custom(format!("a read ended: {error}"))));
        page.map(Arc::new).map_err(ReadError::from)
    };
    page.boxed().shared()
}

#[cfg(test)]
mod tests;
