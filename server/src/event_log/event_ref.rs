//! A reference to an event in another history of the log.

use app::protocol::{DraftId, TopicName};
use serde::{Deserialize, Serialize};

/// Identifies an event: its position, and its draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventRef {
    pub(super) topic: TopicName,
    pub(super) seq: u64,
    pub(super) draft: DraftId,
}
