//! Caches pages of the log: the newest events of the topics in use (`tail_map`), and further back the loads that callers
//! share (`single_flight`).
//!
//! The committer updates the cache before it notifies the hub, so a caller that subscribes first and then reads here
//! misses no event.

mod head_reads;
mod single_flight;
mod tail_map;
mod topic_tail;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::protocol::{Event, EventIdentity, TopicName};
use tracing::warn;

use super::{Page, ReadError, store::Store};
use single_flight::{Key, SingleFlight};
use tail_map::{TailLookup, TailMap};

/// The cached pages of a log; cheap to clone.
#[derive(Clone)]
pub(super) struct TailCache {
    tails: TailMap,
    loads: SingleFlight,
    divergences: Arc<AtomicU64>,
}

impl TailCache {
    /// Creates a cache of the newest `max_events` events of `max_topics` topics.
    pub(super) fn new(max_topics: usize, max_events: usize) -> Self {
        Self {
            tails: TailMap::new(max_topics, max_events),
            loads: SingleFlight::default(),
            divergences: Arc::default(),
        }
    }

    /// Returns the newest `count` messages of a topic.
    pub(super) async fn tail(&self, store: &Store, topic: &TopicName, count: u64) -> Result<Page, ReadError> {
        match self.tails.tail(store, topic, count).await? {
            TailLookup::Hit(page) => Ok(page),
            TailLookup::Miss { .. } => Ok(store.tail(topic, count).await?),
        }
    }

    /// Returns the `seq` of the newest event, or 0 for an empty topic.
    pub(super) async fn head(&self, store: &Store, topic: &TopicName) -> Result<u64, ReadError> {
        match self.tails.tail(store, topic, 0).await? {
            TailLookup::Hit(page) => Ok(page.head),
            TailLookup::Miss { head } => Ok(head),
        }
    }

    /// Returns the oldest `count` events after a position.
    pub(super) async fn since(
        &self,
        store: &Store,
        topic: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Page, ReadError> {
        let head = match self.tails.since(store, topic, after, count).await? {
            TailLookup::Hit(page) => return Ok(page),
            TailLookup::Miss { head } => head,
        };
        let known_head = if store.is_shared() { head } else { 0 };
        let key = Key { topic: topic.clone(), after, count, head: known_head };
        let page = self.loads.since(store, key).await?;
        Ok(Page { head: page.head.max(head), ..page })
    }

    /// Returns the identity of an event that is in memory. The event at a position never changes, so this loads nothing.
    pub(super) fn identity_at(&self, topic: &TopicName, seq: u64) -> Option<EventIdentity> {
        self.tails.identity_at(topic, seq)
    }

    /// Adds events of a topic that were committed.
    pub(super) fn committed(&self, topic: &TopicName, events: &[Event]) {
        self.tails.committed(topic, events);
        self.loads.committed(topic, events);
    }

    /// Removes a topic whose cached events may no longer be the newest.
    pub(super) fn invalidate(&self, topic: &TopicName) {
        self.tails.invalidate(topic);
        self.loads.invalidate(topic);
    }

    /// Removes a topic of which an event was published that the store does not have.
    pub(super) fn diverged(&self, topic: &TopicName) {
        warn!(%topic, "nodes.topic_diverged: readers were sent an event that is not stored, and start afresh");
        self.invalidate(topic);
        self.divergences.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how often that has happened.
    pub(super) fn divergences(&self) -> u64 {
        self.divergences.load(Ordering::Relaxed)
    }

    /// Returns the topics whose newest events are cached, with the head as cached.
    pub(super) fn heads(&self) -> Vec<(TopicName, u64)> {
        self.tails.heads()
    }

    /// The number of shared loads in flight.
    #[cfg(test)]
    pub(super) fn loads_in_flight(&self) -> usize {
        self.loads.in_flight()
    }
}
