//! Events that other servers say they have committed, and that were published here although the store was not read.

use std::{collections::HashMap, sync::Arc};

use app::protocol::{DraftId, Event, TopicName};
use parking_lot::Mutex;

use super::{NewEvent, expected_events::ExpectedEvent};

/// The last such event of each topic, until the store was seen to have it; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct CarriedEvents(Arc<Mutex<HashMap<TopicName, ExpectedEvent>>>);

impl CarriedEvents {
    pub(super) fn insert(&self, topic: &TopicName, event: &Event) {
        if let Some(expected) = ExpectedEvent::of(event) {
            self.0.lock().insert(topic.clone(), expected);
        }
    }

    /// Returns those of the topics of new events.
    pub(super) fn before(&self, events: &[NewEvent]) -> HashMap<TopicName, ExpectedEvent> {
        let carried = self.0.lock();
        let before = |event: &NewEvent| Some((event.topic.clone(), *carried.get(&event.topic)?));
        events.iter().filter_map(before).collect()
    }

    /// The store has the event with this draft.
    pub(super) fn found(&self, topic: &TopicName, draft: Option<DraftId>) {
        let mut carried = self.0.lock();
        if carried.get(topic).is_some_and(|expected| Some(expected.draft) == draft) {
            carried.remove(topic);
        }
    }

    pub(super) fn forget(&self, topic: &TopicName) {
        self.0.lock().remove(topic);
    }
}
