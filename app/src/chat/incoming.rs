//! Received events, for notifications.

use std::sync::Arc;

use leptos::prelude::*;

use super::Chat;
use crate::{
    erased::{Derived, memo},
    protocol::{Event, TopicName},
};

impl Chat {
    /// Counts the events received, of all topics.
    pub(crate) fn event_count(self) -> Derived<u64> {
        memo(move || self.conversation.with(|c| c.total_seq()))
    }

    /// The `seq` up to which a topic's events were received. `None` while it is not subscribed.
    pub(crate) fn received_up_to(self, topic: &TopicName) -> Option<u64> {
        self.conversation.with_untracked(|c| c.last_seq(topic))
    }

    /// The messages of a topic after this `seq`, oldest first.
    pub(crate) fn messages_since(self, topic: &TopicName, seq: u64) -> Vec<Arc<Event>> {
        self.conversation.with_untracked(|c| c.messages_since(topic, seq))
    }
}
