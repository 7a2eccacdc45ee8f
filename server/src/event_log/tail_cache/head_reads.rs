//! Coalesces reads of a topic's head: all callers that come during a read share the next one. Otherwise a thousand clients that
//! resume at once would queue for the few connections to the database, and time out.
//!
//! A caller joins only a read that has not begun, so every head is read after the call.

use std::{collections::HashMap, future::Future, sync::Arc};

use app::protocol::TopicName;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use parking_lot::Mutex;
use sea_orm::DbErr;
use tokio_util::task::AbortOnDropHandle;

use crate::event_log::ReadError;

type Head = Result<u64, ReadError>;
type Read = Shared<BoxFuture<'static, Head>>;
type WeakRead = WeakShared<BoxFuture<'static, Head>>;

/// The reads of heads; cheap to clone. They are held weakly, so a read ends with its last caller.
#[derive(Clone, Default)]
pub(super) struct HeadReads {
    topics: Arc<Mutex<HashMap<TopicName, TopicReads>>>,
}

#[derive(Default)]
struct TopicReads {
    /// The read that began last.
    running: Option<WeakRead>,
    /// Begins after the running one, and can be joined until then.
    waiting: Option<WeakRead>,
}

/// Removes the entry of a topic once its last caller is gone.
struct RemoveDead<'a> {
    reads: &'a HeadReads,
    topic: &'a TopicName,
}

impl HeadReads {
    /// Returns the result of a read that began after the call: of `read`, or of another caller's.
    pub(super) async fn read<F>(&self, topic: &TopicName, read: impl FnOnce() -> F) -> Result<u64, ReadError>
    where
        F: Future<Output = Result<u64, DbErr>> + Send + 'static,
    {
        // Declared before the read, and so dropped after it.
        let _remove = RemoveDead { reads: self, topic };
        self.join(topic, read).await
    }

    /// Returns the read that has not begun, or spawns one.
    fn join<F>(&self, topic: &TopicName, read: impl FnOnce() -> F) -> Read
    where
        F: Future<Output = Result<u64, DbErr>> + Send + 'static,
    {
        let mut topics = self.topics.lock();
        let reads = topics.entry(topic.clone()).or_default();
        if let Some(waiting) = reads.waiting.as_ref().and_then(WeakRead::upgrade) {
            return waiting;
        }
        let running = reads.running.as_ref().and_then(WeakRead::upgrade);
        let read = self.spawn(topic.clone(), running, read());
        reads.waiting = read.downgrade();
        read
    }

    /// Spawns the read as a task, so that it proceeds while no caller polls it, and a panic is an error for all callers.
    fn spawn(
        &self,
        topic: TopicName,
        running: Option<Read>,
        read: impl Future<Output = Result<u64, DbErr>> + Send + 'static,
    ) -> Read {
        let reads = self.clone();
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Some(running) = running {
                // Its error is for its own callers.
                let _ = running.await;
            }
            reads.begin(&topic);
            read.await
        }));
        let head = async move {
            let head =
                task.await.unwrap_or_else(|error| Err(DbErr::Custom(format!("a read ended: {error}"))));
            head.map_err(ReadError::from)
        };
        head.boxed().shared()
    }

    /// From now on, callers join another read.
    fn begin(&self, topic: &TopicName) {
        if let Some(reads) = self.topics.lock().get_mut(topic) {
            reads.running = reads.waiting.take();
        }
    }
}

impl Drop for RemoveDead<'_> {
    fn drop(&mut self) {
        let mut topics = self.reads.topics.lock();
        let is_dead = |read: &Option<WeakRead>| read.as_ref().is_none_or(|read| read.upgrade().is_none());
        if topics.get(self.topic).is_some_and(|reads| is_dead(&reads.running) && is_dead(&reads.waiting)) {
            topics.remove(self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::future::join_all;
    use tokio::{sync::Semaphore, task::yield_now};

    use super::*;
    use crate::counters;

    /// A store whose head grows with each read. A read ends once it gets a permit.
    #[derive(Clone)]
    struct SlowStore {
        reads: Arc<AtomicU64>,
        permits: Arc<Semaphore>,
    }

    impl SlowStore {
        fn new() -> Self {
            Self { reads: Arc::default(), permits: Arc::new(Semaphore::new(0)) }
        }

        fn begun(&self) -> u64 {
            self.reads.load(Ordering::Relaxed)
        }

        async fn head(self) -> Result<u64, DbErr> {
            let head = self.reads.fetch_add(1, Ordering::Relaxed) + 1;
            self.permits.acquire().await.unwrap().forget();
            Ok(head)
        }
    }

    fn lobby() -> TopicName {
        "lobby".parse().unwrap()
    }

    fn call(reads: &HeadReads, store: &SlowStore) -> tokio::task::JoinHandle<u64> {
        let reads = reads.clone();
        let store = store.clone();
        tokio::spawn(async move { reads.read(&lobby(), || store.head()).await.unwrap() })
    }

    async fn has_begun(store: &SlowStore, count: u64) {
        while store.begun() < count {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn callers_during_a_read_share_the_next_one() {
        let reads = HeadReads::default();
        let store = SlowStore::new();
        let first = call(&reads, &store);
        has_begun(&store, 1).await;
        let others: Vec<_> = (0..100).map(|_| call(&reads, &store)).collect();
        // All of them have called before the first read ends.
        for _ in 0..1_000 {
            yield_now().await;
        }
        assert_eq!(store.begun(), 1, "one read at a time");
        store.permits.add_permits(200);
        assert_eq!(first.await.unwrap(), 1);
        for head in join_all(others).await {
            assert_eq!(head.unwrap(), 2, "the first had begun before the call");
        }
        assert_eq!(store.begun(), 2);
        assert!(reads.topics.lock().is_empty());
    }

    #[tokio::test]
    async fn a_failed_read_counts_once_for_all_that_share_it() {
        let reads = HeadReads::default();
        let topic = lobby();
        let fails = || async { Err(DbErr::Custom("the database is gone".to_owned())) };
        let before = counters::READ_ERRORS.total();
        let callers: Vec<_> = (0..10_000).map(|_| reads.read(&topic, fails)).collect();
        assert!(join_all(callers).await.iter().all(Result::is_err));
        let counted = counters::READ_ERRORS.total() - before;
        assert!((1..10_000).contains(&counted), "{counted}: other tests of this process count a few");
    }

    #[tokio::test]
    async fn a_read_whose_callers_are_gone_delays_nobody() {
        let reads = HeadReads::default();
        let store = SlowStore::new();
        let gone = call(&reads, &store);
        has_begun(&store, 1).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        assert!(reads.topics.lock().is_empty());
        store.permits.add_permits(1);
        assert_eq!(call(&reads, &store).await.unwrap(), 2);
    }
}
