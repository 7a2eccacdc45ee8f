//! Up to which event the subscribers and followers of each topic are notified. Pure.

use std::collections::{HashMap, HashSet};

use app::protocol::{DraftId, TopicName};

use super::published_event::{LastEvent, PublishedEvent};
use crate::nodes::EventBatch;

/// The reaction to a head that another node announced, or that the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// All of it was delivered.
    Delivered,
    /// Events after this `seq` have to be delivered.
    ReadAfter(u64),
    /// The same, and followers may lack more than that.
    ReadAssumed(u64),
    /// Nothing is known of the topic.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A poll found the topic in use, and nobody has said yet what they have read. It lacks the newest event at most.
    Assumed,
    /// The lowest head that a subscriber or a follower has read.
    Observed,
    /// Events up to this one were published here. Subscribers that registered before were notified of them, and those that
    /// registered later have read them, since every subscriber registers first and then reads.
    Published,
}

/// Events that wait for the next poll to be compared. With more of them, each commit after one has it compared at once.
const MAX_UNCHECKED_EVENTS: usize = 1_000;

#[derive(Debug)]
struct DeliveredHead {
    seq: u64,
    /// The draft of the event at `seq`, if this node has published it.
    draft: Option<DraftId>,
    /// Whether this node has committed the event at `seq`, or read it from the store.
    is_stored: bool,
    source: Source,
    /// The number of polls when the topic was last seen.
    used_at: u64,
}

impl DeliveredHead {
    fn as_published(&self, topic: &TopicName) -> PublishedEvent {
        PublishedEvent { topic: topic.clone(), seq: self.seq, draft: self.draft, is_stored: self.is_stored }
    }
}

/// The heads of the topics in use.
#[derive(Debug, Default)]
pub(super) struct DeliveredHeads {
    topics: HashMap<TopicName, DeliveredHead>,
    /// Events that came with their hints, and which this node's own commits followed before they were compared with the store.
    unchecked: Vec<PublishedEvent>,
    polls: u64,
}

impl DeliveredHeads {
    /// This node has committed the events from `first` to `last`, and publishes them. Returns `false` if events of other
    /// nodes before them are missing: these have to be delivered too, since caches may hold what they replace.
    pub(super) fn committed(&mut self, topic: &TopicName, first: u64, last: impl Into<LastEvent>) -> bool {
        if self.topics.get(topic).is_some_and(|head| first > head.seq + 1) {
            return false;
        }
        if let Some(carried) = self.published_event(topic).filter(|event| !event.is_stored) {
            if self.unchecked.len() >= MAX_UNCHECKED_EVENTS {
                return false;
            }
            self.unchecked.push(carried);
        }
        self.published(topic, last);
        true
    }

    /// Events up to `last` are published here.
    pub(super) fn published(&mut self, topic: &TopicName, last: impl Into<LastEvent>) {
        let mut last = last.into();
        if let Some(head) = self.published_head(topic)
            && head.seq >= last.seq
        {
            last = LastEvent { seq: head.seq, draft: head.draft, is_stored: head.is_stored };
        }
        self.insert(topic, last, Source::Published);
    }

    /// Whether the events of another node follow the last event that was published here.
    pub(super) fn is_next(&self, batch: &EventBatch) -> bool {
        let Some(head) = self.published_head(&batch.topic) else { return false };
        let follows = batch.events.first().is_some_and(|first| first.seq == head.seq + 1);
        follows && head.draft.is_some() && head.draft == batch.after
    }

    /// Returns the draft of the event at a position, if it is the last one that was published here.
    pub(super) fn draft_at(&self, topic: &TopicName, seq: u64) -> Option<DraftId> {
        self.published_head(topic).filter(|head| head.seq == seq)?.draft
    }

    /// Records that a subscriber or follower, who had registered before, has read the log up to `head`.
    pub(super) fn record_head_read(&mut self, topic: &TopicName, head: u64) {
        let seq = match self.topics.get(topic) {
            Some(DeliveredHead { source: Source::Published, .. }) => return,
            Some(DeliveredHead { source: Source::Observed, seq, .. }) => head.min(*seq),
            Some(DeliveredHead { source: Source::Assumed, .. }) | None => head,
        };
        self.insert(topic, seq.into(), Source::Observed);
    }

    /// The topic is in use and has this head. The next poll delivers its newest event, unless somebody says by then what
    /// they have read.
    pub(super) fn assume(&mut self, topic: &TopicName, head: u64) {
        self.insert(topic, head.saturating_sub(1).into(), Source::Assumed);
    }

    /// Returns the last event that was published here, or `None` if none was.
    pub(super) fn published_seq(&self, topic: &TopicName) -> Option<u64> {
        self.published_head(topic).map(|head| head.seq)
    }

    fn published_head(&self, topic: &TopicName) -> Option<&DeliveredHead> {
        self.topics.get(topic).filter(|head| head.source == Source::Published)
    }

    /// Decides what to do about a head. It may be wrong: the store says what there is to deliver.
    pub(super) fn decide(&self, topic: &TopicName, head: u64) -> Decision {
        match self.topics.get(topic) {
            None => Decision::Unknown,
            Some(delivered) if head <= delivered.seq => Decision::Delivered,
            Some(DeliveredHead { source: Source::Assumed, seq, .. }) => Decision::ReadAssumed(*seq),
            Some(delivered) => Decision::ReadAfter(delivered.seq),
        }
    }

    /// Returns the last event that was published here.
    pub(super) fn published_event(&self, topic: &TopicName) -> Option<PublishedEvent> {
        self.published_head(topic).map(|head| head.as_published(topic))
    }

    /// Returns the last event that was published here of each topic, and those that were not compared yet. The store must have
    /// them, now and later.
    pub(super) fn all_published(&self) -> Vec<PublishedEvent> {
        let published = self.topics.iter().filter(|(_, head)| head.source == Source::Published);
        let last = published.map(|(topic, head)| head.as_published(topic));
        last.chain(self.unchecked.iter().cloned()).collect()
    }

    /// The store has this event.
    pub(super) fn found(&mut self, event: &PublishedEvent) {
        self.unchecked.retain(|unchecked| unchecked != event);
        if let Some(head) = self.topics.get_mut(&event.topic)
            && head.seq == event.seq
            && head.draft == event.draft
        {
            head.is_stored = true;
        }
    }

    /// Forgets a topic that nobody uses, or whose published events are gone.
    pub(super) fn forget(&mut self, topic: &TopicName) {
        self.topics.remove(topic);
        self.unchecked.retain(|event| event.topic != *topic);
    }

    /// The number of polls so far.
    #[cfg(test)]
    pub(super) fn polls(&self) -> u64 {
        self.polls
    }

    /// Begins a poll: forgets topics that nobody uses and that were not seen since the last poll.
    pub(super) fn begin_poll(&mut self, in_use: &HashSet<TopicName>) {
        let last_poll = self.polls;
        self.polls += 1;
        self.topics.retain(|topic, head| {
            // Only a poll that succeeds compares an event that came with its hint, and the last ones may have failed.
            in_use.contains(topic) || head.used_at >= last_poll || !head.is_stored
        });
    }

    fn insert(&mut self, topic: &TopicName, last: LastEvent, source: Source) {
        let LastEvent { seq, draft, is_stored } = last;
        let head = DeliveredHead { seq, draft, is_stored, source, used_at: self.polls };
        self.topics.insert(topic.clone(), head);
    }
}

#[cfg(test)]
mod tests;
