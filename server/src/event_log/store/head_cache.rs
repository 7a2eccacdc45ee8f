//! Caches the heads of topics as the last commit left them.

use std::{collections::HashMap, sync::Arc};

use app::protocol::TopicName;
use parking_lot::Mutex;

/// The number of cached topics; when it is exceeded, the cache is cleared.
const MAX_CACHED_TOPICS: usize = 20_000;

/// The end of a topic's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) topic_id: i64,
    pub(super) seq: i64,
    /// The number of messages so far.
    pub(super) messages: i64,
}

/// The heads that the fast append path need not read; cheap to clone. If another process has moved a head, the database
/// rejects the next append, because its position is taken.
#[derive(Clone, Default)]
pub(super) struct HeadCache(Arc<Mutex<HashMap<TopicName, Head>>>);

impl HeadCache {
    /// Returns the heads of these topics, or `None` unless all are cached.
    pub(super) fn get_all<'a>(
        &self,
        topics: impl Iterator<Item = &'a TopicName>,
    ) -> Option<HashMap<&'a TopicName, Head>> {
        let cached = self.0.lock();
        let mut heads: HashMap<&TopicName, Head> = HashMap::new();
        for topic in topics {
            if !heads.contains_key(topic) {
                heads.insert(topic, *cached.get(topic)?);
            }
        }
        Some(heads)
    }

    /// Stores heads that were committed.
    pub(super) fn insert_all(&self, heads: impl Iterator<Item = (TopicName, Head)>) {
        let mut cached = self.0.lock();
        if cached.len() >= MAX_CACHED_TOPICS {
            cached.clear();
        }
        cached.extend(heads);
    }

    /// Forgets all heads. For a failed commit, which may have moved some of them.
    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(n: usize) -> TopicName {
        format!("t{n}").parse().unwrap()
    }

    fn head(seq: i64) -> Head {
        Head { topic_id: 1, seq, messages: seq }
    }

    #[test]
    fn the_heads_of_a_batch_are_known_all_or_none() {
        let cache = HeadCache::default();
        cache.insert_all([(topic(1), head(1)), (topic(2), head(2))].into_iter());
        cache.insert_all([(topic(1), head(3))].into_iter());
        let known = [topic(1), topic(2), topic(1)];
        let heads = cache.get_all(known.iter()).unwrap();
        assert_eq!((heads.len(), heads[&topic(1)], heads[&topic(2)]), (2, head(3), head(2)));
        assert!(cache.get_all([topic(1), topic(3)].iter()).is_none());
        cache.clear();
        assert!(cache.get_all(known.iter()).is_none());
    }

    #[test]
    fn a_full_cache_is_cleared_for_what_comes() {
        let cache = HeadCache::default();
        cache.insert_all((0..MAX_CACHED_TOPICS).map(|n| (topic(n), head(1))));
        assert!(cache.get_all([topic(0)].iter()).is_some());
        cache.insert_all([(topic(MAX_CACHED_TOPICS), head(1))].into_iter());
        assert!(cache.get_all([topic(0)].iter()).is_none());
        assert!(cache.get_all([topic(MAX_CACHED_TOPICS)].iter()).is_some());
    }
}
