//! Queries for notifications: which messages are new.

use std::sync::Arc;

use super::Conversation;
use crate::model::timeline::Row;
use crate::protocol::{Event, TopicName};

impl Conversation {
    /// Returns the newest applied `seq` of a topic; `None` while it is not subscribed.
    pub fn last_seq(&self, topic: &TopicName) -> Option<u64> {
        self.topic_state(topic)?.timeline.position().map(|position| position.seq)
    }

    /// Returns a number that grows with every applied event of any topic.
    pub fn total_seq(&self) -> u64 {
        self.topics.iter().filter_map(|state| state.timeline.position()).map(|position| position.seq).sum()
    }

    /// Returns the loaded messages of a topic after this `seq`, oldest first.
    pub fn messages_since(&self, topic: &TopicName, seq: u64) -> Vec<Arc<Event>> {
        let rows = self.topic_state(topic).map(|state| state.timeline.rows()).unwrap_or_default();
        let newer = rows.iter().rev().filter_map(Row::message).take_while(|event| event.seq > seq);
        let mut newer: Vec<_> = newer.cloned().collect();
        newer.reverse();
        newer
    }
}
