//! How far topics have come, as the last commit left them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::protocol::TopicName;

/// Topics that are remembered; one more, and all are forgotten.
const MOST: usize = 20_000;

/// How far a topic has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) topic_id: i64,
    pub(super) seq: i64,
    /// How many messages there have been.
    pub(super) messages: i64,
}

/// The heads that nobody needs to read; cheap to clone. Another process may have moved one: whoever writes after it is
/// refused by the database, because the place is taken.
#[derive(Clone, Default)]
pub(super) struct Heads(Arc<Mutex<HashMap<TopicName, Head>>>);

impl Heads {
    /// The heads of these topics; none unless all are known.
    pub(super) fn of<'a>(
        &self,
        topics: impl Iterator<Item = &'a TopicName>,
    ) -> Option<HashMap<&'a TopicName, Head>> {
        let known = self.lock();
        let mut heads: HashMap<&TopicName, Head> = HashMap::new();
        for topic in topics {
            if !heads.contains_key(topic) {
                heads.insert(topic, *known.get(topic)?);
            }
        }
        Some(heads)
    }

    /// They were committed.
    pub(super) fn moved(&self, heads: impl Iterator<Item = (TopicName, Head)>) {
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.extend(heads);
    }

    /// Nobody knows what is stored.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TopicName, Head>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
