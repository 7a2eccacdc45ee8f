//! Holds the newest events of the topics in use: a thousand clients that reconnect at once cost one read.

use std::sync::Arc;

use app::protocol::{Event, EventIdentity, TopicName};
use hashlink::LruCache;
use parking_lot::Mutex;
use sea_orm::DbErr;
use tokio::sync::OnceCell;

use super::{head_reads::HeadReads, topic_tail::TopicTail};
use crate::event_log::{Page, ReadError, store::Store};

/// Bytes of text that one topic may take in the cache; a topic with long events keeps fewer of them.
const MAX_TOPIC_BYTES: usize = 256 * 1_024;

/// The newest events of the topics that were read most recently; cheap to clone.
#[derive(Clone)]
pub(super) struct TailMap {
    entries: Arc<Mutex<LruCache<TopicName, Arc<TailEntry>>>>,
    head_reads: HeadReads,
    max_events: usize,
}

/// The result of a read from the map.
#[derive(Debug)]
pub(super) enum TailLookup {
    Hit(Page),
    /// The tail does not reach back far enough; the topic's head is known all the same.
    Miss {
        head: u64,
    },
}

/// One topic, loaded once by the first of its callers.
#[derive(Default)]
struct TailEntry {
    loading: OnceCell<()>,
    state: Mutex<EntryState>,
}

#[derive(Default)]
struct EntryState {
    /// `None` until the topic was loaded.
    tail: Option<TopicTail>,
    /// Events that were committed while the topic was being loaded.
    pending: Vec<Event>,
    /// Events are missing: the entry must not be used.
    is_invalid: bool,
}

impl TailMap {
    pub(super) fn new(max_topics: usize, max_events: usize) -> Self {
        let entries = Arc::new(Mutex::new(LruCache::new(max_topics)));
        Self { entries, head_reads: HeadReads::default(), max_events }
    }

    /// Looks up the oldest `count` events after a position.
    pub(super) async fn since(
        &self,
        store: &Store,
        topic: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<TailLookup, ReadError> {
        self.read(store, topic, |tail| tail.since(after, count as usize)).await
    }

    /// Looks up the newest `count` messages.
    pub(super) async fn tail(
        &self,
        store: &Store,
        topic: &TopicName,
        count: u64,
    ) -> Result<TailLookup, ReadError> {
        self.read(store, topic, |tail| tail.tail(count as usize)).await
    }

    /// Returns the identity of a cached event. The event at a position never changes, so this loads nothing.
    pub(super) fn identity_at(&self, topic: &TopicName, seq: u64) -> Option<EventIdentity> {
        let entry = self.entries.lock().peek(topic).map(Arc::clone)?;
        let state = entry.state.lock();
        state.tail.as_ref().filter(|_| !state.is_invalid)?.identity_at(seq)
    }

    /// Adds events of a topic that were committed.
    pub(super) fn committed(&self, topic: &TopicName, events: &[Event]) {
        let Some(entry) = self.entries.lock().peek(topic).map(Arc::clone) else { return };
        let mut state = entry.state.lock();
        let is_complete = match &mut state.tail {
            Some(tail) => events.iter().all(|event| tail.push(event)),
            None => {
                state.pending.extend_from_slice(events);
                // If more events are committed during a load than the cache holds, the load is repeated.
                state.pending.len() <= self.max_events
            }
        };
        if !is_complete {
            state.is_invalid = true;
            drop(state);
            self.invalidate(topic);
        }
    }

    /// Returns the topics that are loaded, with the head as cached.
    pub(super) fn heads(&self) -> Vec<(TopicName, u64)> {
        // `read` holds an entry's lock while it takes that of the map, so the map's is released first.
        let entries: Vec<_> =
            self.entries.lock().iter().map(|(topic, entry)| (topic.clone(), Arc::clone(entry))).collect();
        let head = |(topic, entry): (TopicName, Arc<TailEntry>)| {
            Some((topic, entry.state.lock().tail.as_ref()?.head()))
        };
        entries.into_iter().filter_map(head).collect()
    }

    /// Removes a topic whose cached events may no longer be the newest.
    pub(super) fn invalidate(&self, topic: &TopicName) {
        self.entries.lock().remove(topic);
    }

    /// Loads the topic unless it is cached, and looks it up.
    async fn read(
        &self,
        store: &Store,
        topic: &TopicName,
        read: impl Fn(&TopicTail) -> Option<Page>,
    ) -> Result<TailLookup, ReadError> {
        // Other processes may have written to the store, and they do not update this cache.
        let min_head = if store.is_shared() { self.head(store, topic).await? } else { 0 };
        loop {
            let entry = self.entry(topic);
            let loading = self.load(store, topic, &entry);
            entry.loading.get_or_try_init(|| loading).await?;
            let state = entry.state.lock();
            match (&state.tail, state.is_invalid) {
                (Some(tail), false) if tail.head() >= min_head => {
                    let miss = TailLookup::Miss { head: tail.head() };
                    return Ok(read(tail).map_or(miss, TailLookup::Hit));
                }
                (Some(_), false) => self.invalidate(topic),
                // The entry was invalidated while it was loaded: `committed` or `load` has removed it.
                _ => {}
            }
        }
    }

    /// Reads the head from the store, where other processes write too.
    async fn head(&self, store: &Store, topic: &TopicName) -> Result<u64, ReadError> {
        let read = || {
            let store = store.clone();
            let topic = topic.clone();
            async move { store.head(&topic).await }
        };
        self.head_reads.read(topic, read).await
    }

    async fn load(&self, store: &Store, topic: &TopicName, entry: &TailEntry) -> Result<(), DbErr> {
        let page = store.newest_events(topic, self.max_events as u64).await?;
        let mut state = entry.state.lock();
        let mut tail = TopicTail::new(page, self.max_events, MAX_TOPIC_BYTES);
        let pending = std::mem::take(&mut state.pending);
        state.is_invalid |= !pending.iter().all(|event| tail.push(event));
        state.tail = Some(tail);
        let is_invalid = state.is_invalid;
        drop(state);
        if is_invalid {
            self.invalidate(topic);
        }
        Ok(())
    }

    /// Returns the entry of a topic. A new one evicts the entry whose last read is the longest ago.
    fn entry(&self, topic: &TopicName) -> Arc<TailEntry> {
        let mut entries = self.entries.lock();
        if let Some(entry) = entries.get(topic) {
            return Arc::clone(entry);
        }
        let entry = Arc::<TailEntry>::default();
        entries.insert(topic.clone(), Arc::clone(&entry));
        entry
    }
}

#[cfg(test)]
mod tests;
