//! Events that were published here, and whether the store has them. Pure.

use app::protocol::{DraftId, Event, TopicName};

use crate::event_log::StoredHeads;

/// The last of the events that were published.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastEvent {
    pub(super) seq: u64,
    /// `None` if only its position is known.
    pub(super) draft: Option<DraftId>,
    /// Whether this node has committed it, or read it from the store. Otherwise it came with a hint.
    pub(super) is_stored: bool,
}

impl LastEvent {
    /// An event that this node has committed, or read from the store.
    pub(super) fn stored(event: &Event) -> Self {
        Self { seq: event.seq, draft: event.kind.draft(), is_stored: true }
    }

    /// An event that came with its hint, which is believed until the next poll.
    pub(super) fn carried(event: &Event) -> Self {
        Self { is_stored: false, ..Self::stored(event) }
    }
}

impl From<u64> for LastEvent {
    fn from(seq: u64) -> Self {
        Self { seq, draft: None, is_stored: true }
    }
}

impl From<&Event> for LastEvent {
    fn from(event: &Event) -> Self {
        Self::stored(event)
    }
}

/// An event that was published here, to compare with the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublishedEvent {
    pub(super) topic: TopicName,
    pub(super) seq: u64,
    /// `None` if only its position is known.
    pub(super) draft: Option<DraftId>,
    /// Whether the store had it.
    pub(super) is_stored: bool,
}

impl PublishedEvent {
    /// Whether the store has the event, and no other one in its place.
    pub(super) fn is_in(&self, stored: &StoredHeads) -> bool {
        match self.draft {
            Some(draft) => stored.draft_at(&self.topic, self.seq) == Some(draft),
            None => stored.head(&self.topic) >= self.seq,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_store_has_an_event_if_it_has_the_same_draft_at_its_position() {
        let topic: TopicName = "lobby".parse().unwrap();
        let draft = |draft| DraftId(Uuid::from_u128(draft));
        let published =
            PublishedEvent { topic: topic.clone(), seq: 5, draft: Some(draft(5)), is_stored: true };
        let stored = |head, at, n| StoredHeads::of(&topic, head, [(at, draft(n))]);
        assert!(published.is_in(&stored(5, 5, 5)));
        assert!(published.is_in(&stored(9, 5, 5)));
        assert!(!published.is_in(&stored(5, 5, 6)), "two histories have an event at this position");
        assert!(!published.is_in(&stored(4, 4, 4)));
        assert!(!published.is_in(&StoredHeads::default()));
        let by_position = PublishedEvent { draft: None, ..published };
        assert!(by_position.is_in(&stored(5, 5, 6)) && !by_position.is_in(&stored(4, 4, 4)));
    }
}
