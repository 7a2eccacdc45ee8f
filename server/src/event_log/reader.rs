//! The reading half of the log: tails, catching up, history, the directory and search.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use app::protocol::{Action, DraftId, Event, EventIdentity, HistoryRange, TopicName, TopicSummary, UserId};

#[cfg(test)]
use super::Faults;
use super::{
    Hits, Page, ReadError, Receipt, Search, SearchError, TopicsCursor, TopicsPage,
    fingerprint::fingerprint_of, health::StoreHealth, stall_timer::StallTimer, store::Store,
    tail_cache::TailCache,
};
use crate::rights::{ReadScope, Readable};

/// A handle on the log that can only read; cheap to clone. Each read demands the proof that its
/// caller may read the topic, or the scope of topics that a list may show.
#[derive(Clone)]
pub struct LogReader {
    pub(super) store: Store,
    pub(super) tail_cache: TailCache,
    pub(super) stall_timer: StallTimer,
    /// How long the store may take to answer and still count as ready.
    pub(super) stall_limit: Duration,
    pub(super) health: StoreHealth,
}

impl LogReader {
    /// Returns the newest `count` messages of a topic in their current state. A topic that does not exist is empty.
    pub async fn tail(&self, topic: &Readable, count: u64) -> Result<Page, ReadError> {
        self.tail_cache.tail(&self.store, topic.topic(), count).await
    }

    /// Returns the `seq` of the newest event, or 0 for an empty topic.
    pub async fn head(&self, topic: &Readable) -> Result<u64, ReadError> {
        self.tail_cache.head(&self.store, topic.topic()).await
    }

    /// Returns the oldest `count` events after a position. Every event that the hub was notified of before this call is on
    /// the page, or has a `seq` of at most the page's head.
    pub async fn since(&self, topic: &Readable, after: u64, count: u64) -> Result<Page, ReadError> {
        self.tail_cache.since(&self.store, topic.topic(), after, count).await?.require_contiguous()
    }

    /// Returns the identity of the event at a position, or `None` where there is no event. The newest are in memory.
    pub async fn identity_at(&self, topic: &Readable, seq: u64) -> Result<Option<EventIdentity>, ReadError> {
        if seq == 0 {
            return Ok(None);
        }
        match self.tail_cache.identity_at(topic.topic(), seq) {
            Some(identity) => Ok(Some(identity)),
            None => Ok(self.store.identity_at(topic.topic(), seq).await?),
        }
    }

    /// Returns at most `count` messages of a topic's history in their current state.
    pub async fn history(&self, topic: &Readable, span: HistoryRange, count: u64) -> Result<Page, ReadError> {
        Ok(self.store.history(topic.topic(), span, count).await?)
    }

    /// Returns topics that hold all words of `query` in their name, title or description, the most recently used first,
    /// without the first `skip` of them; and whether there are more. Their presence counts are not filled in. No topic is restricted
    /// so far, so each scope covers all of them.
    pub async fn topics(
        &self,
        _scope: &ReadScope,
        query: &str,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<TopicSummary>, bool), ReadError> {
        Ok(self.store.topics(query, skip, limit).await?)
    }

    /// Returns the `limit` most recently used of these topics. Their presence counts are not filled in.
    pub async fn topics_in(
        &self,
        _scope: &ReadScope,
        names: &[TopicName],
        limit: u64,
    ) -> Result<Vec<TopicSummary>, ReadError> {
        Ok(self.store.topics_in(names, limit).await?)
    }

    /// Returns the newest message of each of these topics, if it is among the topic's newest events. Its reactions are not
    /// filled in.
    pub async fn newest_messages(
        &self,
        _scope: &ReadScope,
        topics: &[TopicName],
    ) -> Result<Vec<Event>, ReadError> {
        Ok(self.store.newest_messages(topics).await?)
    }

    /// Returns the same topics as [`Self::topics`] page by page: no page repeats a topic or leaves one out.
    pub async fn topics_page(
        &self,
        _scope: &ReadScope,
        query: &str,
        cursor: Option<TopicsCursor>,
        limit: u64,
    ) -> Result<TopicsPage, ReadError> {
        Ok(self.store.topics_page(query, cursor, limit).await?)
    }

    /// Returns the directory entry of a topic, or `None` if it does not exist.
    pub async fn summary(&self, topic: &Readable) -> Result<Option<TopicSummary>, ReadError> {
        Ok(self.store.summary(topic.topic()).await?)
    }

    /// Returns the events at these positions in their current state, but without reactions, in the order of `seq`.
    pub async fn at(&self, topic: &Readable, seqs: &[u64]) -> Result<Vec<Event>, ReadError> {
        Ok(self.store.at(topic.topic(), seqs).await?)
    }

    /// Returns the receipt of an event that is stored already. Demands no permit: an author learns the position of what they have sent.
    pub(crate) async fn receipt(
        &self,
        topic: &TopicName,
        author: UserId,
        draft: DraftId,
        action: &Action,
    ) -> Result<Option<Receipt>, ReadError> {
        let fingerprint = fingerprint_of(topic, action);
        Ok(self.store.stored_receipt(topic, (author, draft), &fingerprint).await?)
    }

    /// Returns the newest messages that match a search, in their current state.
    pub async fn search(&self, _scope: &ReadScope, search: &Search) -> Result<Hits, SearchError> {
        self.store.search(search).await
    }

    /// Returns how often published events turned out not to be stored: what was rendered before may contain them.
    pub(crate) fn divergences(&self) -> u64 {
        self.tail_cache.divergences()
    }

    /// Returns whether the store answers both reads and writes within the stall limit.
    pub async fn is_ready(&self) -> bool {
        self.check_store().await.is_ok()
    }

    /// Returns whether the disk has so little free space that all writes are refused.
    pub fn is_disk_low(&self) -> bool {
        self.store.is_disk_low()
    }

    /// Returns the free bytes of the disk, or `None` if it is not watched.
    pub(crate) fn free_disk(&self) -> Option<u64> {
        self.store.free_disk()
    }

    /// Injects faults into the store.
    #[cfg(test)]
    pub(crate) fn faults(&self) -> &Faults {
        &self.store.faults
    }

    /// Returns the number of shared reads in flight.
    #[cfg(test)]
    pub(crate) fn reads_in_flight(&self) -> usize {
        self.tail_cache.loads_in_flight()
    }

    /// Returns how many reads of pages have reached the store so far.
    pub fn reads(&self) -> u64 {
        self.store.reads()
    }

    /// Returns that counter; it does not keep the log open.
    pub fn read_counter(&self) -> Arc<AtomicU64> {
        self.store.read_counter()
    }
}
