//! A reference to an event in another history of the log.

use app::protocol::{DraftId, EventIdentity, Timestamp, TopicName};
use serde::{Deserialize, Serialize};

/// Identifies an event: its position, its draft and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventRef {
    pub(super) topic: TopicName,
    pub(super) seq: u64,
    pub(super) draft: DraftId,
    /// Absent from references that older versions stored. The same draft may be stored again at the same `seq` after a restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<Timestamp>,
}

impl EventRef {
    pub(super) fn new(topic: TopicName, seq: u64, event: EventIdentity) -> Self {
        Self { topic, seq, draft: event.draft, at: Some(event.at) }
    }

    /// Whether an event at this position is the one that is meant.
    pub(super) fn is(&self, event: EventIdentity) -> bool {
        self.draft == event.draft && self.at.is_none_or(|at| at == event.at)
    }
}
