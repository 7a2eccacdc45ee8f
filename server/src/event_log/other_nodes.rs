//! Events that other nodes committed: other servers that write to the same PostgreSQL database.

use std::ops::Deref;

use app::protocol::{DraftId, Event, TopicName};

use super::{LogReader, Page, ReadError, StoredHeads};

/// The log as caches and the delivery between nodes need it, without a permit: they hand events on to people who have asked
/// before. No door has one. Cheap to clone.
#[derive(Clone)]
pub(crate) struct NodeLog(LogReader);

impl Deref for NodeLog {
    type Target = LogReader;

    fn deref(&self) -> &LogReader {
        &self.0
    }
}

impl NodeLog {
    pub(super) fn new(reader: LogReader) -> Self {
        Self(reader)
    }

    /// Returns the heads of those of these topics that exist, and their events at these positions (0 for none), in one
    /// statement. For PostgreSQL. Errors: a standby answers, which may lack events.
    pub(crate) async fn heads(
        &self,
        asked: impl Iterator<Item = (&TopicName, u64)>,
    ) -> Result<StoredHeads, ReadError> {
        Ok(self.store.heads(asked).await?)
    }

    /// Returns whether the store has another event at a position, or none. Without a draft any event will do. Errors: a standby
    /// answers, which may lack events.
    pub(crate) async fn lacks_event(
        &self,
        topic: &TopicName,
        seq: u64,
        draft: Option<DraftId>,
    ) -> Result<bool, ReadError> {
        Ok(self.store.lacks_event(topic, seq, draft).await?)
    }

    /// Returns the oldest `count` events after a position, as the store has them. Past the cache, which lacks them.
    pub(crate) async fn stored_since(
        &self,
        topic: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Page, ReadError> {
        self.store.since(topic, after, count).await?.require_contiguous()
    }

    /// Takes note of events that were read from the store, which must have them from then on.
    pub(crate) fn remember(&self, events: &[Event]) {
        self.store.expected_events().read(events);
    }

    /// Adds events of another node to the cache, before subscribers are notified of them.
    pub(crate) fn cache_events(&self, topic: &TopicName, events: &[Event]) {
        self.tail_cache.committed(topic, events);
    }

    /// Removes a topic from the cache, whose newest events are missing there.
    pub(crate) fn evict(&self, topic: &TopicName) {
        self.store.carried_events().forget(topic);
        self.tail_cache.invalidate(topic);
    }

    /// Takes note of events that are about to be published although the store was not read: this server's next commit in the topic
    /// looks for the last of them.
    pub(crate) fn carried(&self, topic: &TopicName, events: &[Event]) {
        if let Some(event) = events.last() {
            self.store.carried_events().insert(topic, event);
        }
    }

    /// The store was seen to have an event that was [`carried`](Self::carried).
    pub(crate) fn carried_is_stored(&self, topic: &TopicName, draft: Option<DraftId>) {
        self.store.carried_events().found(topic, draft);
    }

    /// Removes a topic from the cache of which an event was published that the store does not have.
    pub(crate) fn diverged(&self, topic: &TopicName) {
        self.store.carried_events().forget(topic);
        self.tail_cache.diverged(topic);
    }

    /// Returns the topics whose newest events are cached, with the head as cached.
    pub(crate) fn cached_heads(&self) -> Vec<(TopicName, u64)> {
        self.tail_cache.heads()
    }
}
