//! Reads from the store what is missing here, and publishes it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use app::protocol::{Event, TopicName};
use sea_orm::DbErr;
use tracing::error;

use super::{DeliveryTask, published_event::LastEvent};
use crate::event_log::{Notification, ReadError};

/// Events that are read and published at once.
const DELIVERY_PAGE_EVENTS: u64 = 100;
/// With more events missing than this, each subscriber reads those that it lacks by itself.
const MAX_MISSED_EVENTS: u64 = 1_000;

impl DeliveryTask {
    /// Delivers the events after a position although older ones may be missing, too. Subscribers notice and read them;
    /// followers are sent the current state.
    pub(super) async fn deliver_assumed(&self, topic: &TopicName, after: u64) -> Result<(), ReadError> {
        self.deliver(topic, after).await?;
        self.followers.commit_uncertain(topic);
        Ok(())
    }

    /// Publishes the events after a position, as the store has them: a hint may be wrong. The event at that position is compared
    /// first, if it was published here.
    pub(super) async fn deliver(&self, topic: &TopicName, mut after: u64) -> Result<(), ReadError> {
        let last = self.remote.delivered.lock().published_event(topic);
        let mut last = last.filter(|event| event.seq == after && event.draft.is_some());
        loop {
            let from = if last.is_some() { after.saturating_sub(1) } else { after };
            let page = self.log.stored_since(topic, from, DELIVERY_PAGE_EVENTS).await?;
            if let Some(last) = last.take() {
                let first = page.events.first();
                if first.is_none_or(|first| first.seq != last.seq || first.kind.draft() != last.draft) {
                    return self.handle_missing(&last).await;
                }
                self.found(&last);
            }
            self.log.remember(&page.events);
            if page.head.saturating_sub(after) > MAX_MISSED_EVENTS {
                self.resync(topic, page.head);
                return Ok(());
            }
            let is_last = page.to >= page.head;
            if !is_last && page.to <= after {
                let error = format!("the store lacks events between {after} and {}", page.head);
                return Err(DbErr::Custom(error).into());
            }
            after = page.to;
            self.publish(topic, page.events, LastEvent::stored);
            if is_last {
                return Ok(());
            }
        }
    }

    pub(super) fn publish(&self, topic: &TopicName, mut events: Vec<Event>, origin: fn(&Event) -> LastEvent) {
        let last = {
            let mut delivered = self.remote.delivered.lock();
            // This node's own commits may have been published while the events were read.
            let published = delivered.published_seq(topic).unwrap_or(0);
            events.retain(|event| event.seq > published);
            let Some(last) = events.last() else { return };
            delivered.published(topic, origin(last));
            last.seq
        };
        let publish = || {
            self.log.cache_events(topic, &events);
            (self.publish)(Notification::Events(topic.clone(), events));
        };
        // They count as published already, so the next poll would not deliver them again.
        if catch_unwind(AssertUnwindSafe(publish)).is_err() {
            error!(%topic, "nodes.publish_panicked");
            self.resync(topic, last);
        }
    }

    /// Makes each subscriber read the log by itself.
    pub(super) fn resync(&self, topic: &TopicName, head: u64) {
        self.log.evict(topic);
        self.remote.delivered.lock().published(topic, head);
        (self.publish)(Notification::Resync(topic.clone()));
    }

    /// Makes the readers of a topic start afresh: they were sent an event that the store does not have.
    pub(super) fn diverge(&self, topic: &TopicName) {
        self.remote.delivered.lock().forget(topic);
        self.log.diverged(topic);
        (self.publish)(Notification::Diverged(topic.clone()));
    }

    /// Removes a topic from the caches, and has each reader read the log by itself. For a topic that nobody uses, whose cached
    /// texts may have been edited or deleted.
    pub(super) fn forget(&self, topic: &TopicName) {
        self.remote.delivered.lock().forget(topic);
        self.log.evict(topic);
        (self.publish)(Notification::Resync(topic.clone()));
    }
}
