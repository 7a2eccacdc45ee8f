//! Compares what was published here with the store.

use tracing::warn;

use super::{DeliveryTask, published_event::PublishedEvent};
use crate::event_log::{ReadError, StoredHeads};

impl DeliveryTask {
    /// Compares what was published here with the store: another server may have taken over without it, and the numbers of
    /// events that clients have may be those of others there.
    pub(super) async fn compare(
        &self,
        published: &[PublishedEvent],
        stored: &StoredHeads,
    ) -> Result<(), ReadError> {
        for event in published {
            if event.is_in(stored) {
                self.found(event);
            } else {
                self.handle_missing(event).await?;
            }
        }
        Ok(())
    }

    /// The store has this event.
    pub(super) fn found(&self, event: &PublishedEvent) {
        self.remote.delivered.lock().found(event);
        self.log.carried_is_stored(&event.topic, event.draft);
    }

    /// The store was read and had another event, or none, in the place of this one. Ends all writing if it had the event
    /// before. An event that only came with its hint proves nothing about the store.
    pub(super) async fn handle_missing(&self, event: &PublishedEvent) -> Result<(), ReadError> {
        let PublishedEvent { topic, seq, draft, is_stored } = event;
        warn!(%topic, seq, is_stored, "nodes.event_missing");
        match (self.log.lacks_event(topic, *seq, *draft).await?, is_stored) {
            (true, false) => self.diverge(topic),
            (true, true) => {
                self.log.record_lost_events();
                self.forget(topic);
            }
            // A standby was read.
            (false, _) => self.forget(topic),
        }
        Ok(())
    }
}
