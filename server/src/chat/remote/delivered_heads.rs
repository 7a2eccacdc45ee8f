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
mod tests {
    use app::protocol::{Author, Event, EventKind, Name, Timestamp, UserId};
    use uuid::Uuid;

    use super::*;

    fn lobby() -> TopicName {
        "lobby".parse().unwrap()
    }

    fn event(seq: u64, draft: u128) -> Event {
        Event {
            topic: lobby(),
            seq,
            at: Timestamp(0),
            author: Author { user: UserId::fresh(), name: Name::anonymous(), unverified: false },
            kind: EventKind::message(DraftId(Uuid::from_u128(draft)), "hi".to_owned()),
        }
    }

    fn batch(after: Option<u128>, seq: u64) -> EventBatch {
        let after = after.map(|draft| DraftId(Uuid::from_u128(draft)));
        EventBatch { topic: lobby(), after, dialect: 2, events: vec![event(seq, 9)] }
    }

    #[test]
    fn events_of_another_node_must_follow_the_event_that_was_published_last() {
        let mut heads = DeliveredHeads::default();
        assert!(!heads.is_next(&batch(Some(5), 6)), "the topic is not known");
        heads.assume(&lobby(), 6);
        assert!(!heads.is_next(&batch(Some(5), 6)));
        heads.record_head_read(&lobby(), 5);
        assert!(!heads.is_next(&batch(Some(5), 6)), "it was read, not published");
        heads.published(&lobby(), &event(5, 5));
        assert!(heads.is_next(&batch(Some(5), 6)));
        for (after, seq) in [(Some(5), 5), (Some(5), 7), (Some(4), 6), (None, 6)] {
            assert!(!heads.is_next(&batch(after, seq)), "{after:?} {seq}");
        }
        heads.published(&lobby(), &event(4, 4));
        assert!(heads.is_next(&batch(Some(5), 6)), "it never goes back");
        heads.published(&lobby(), 8);
        assert!(!heads.is_next(&batch(None, 9)), "the draft is not known");
    }

    #[test]
    fn an_event_that_came_with_its_hint_is_compared_also_if_a_commit_has_followed() {
        let mut heads = DeliveredHeads::default();
        heads.published(&lobby(), LastEvent::carried(&event(5, 5)));
        assert!(heads.committed(&lobby(), 6, &event(6, 6)));
        let published = heads.all_published();
        let all: Vec<_> = published.iter().map(|event| (event.seq, event.is_stored)).collect();
        assert_eq!(all, [(6, true), (5, false)]);
        published.iter().for_each(|event| heads.found(event));
        assert_eq!(heads.all_published(), published[..1]);
        heads.published(&lobby(), LastEvent::carried(&event(7, 7)));
        let carried = heads.published_event(&lobby()).unwrap();
        heads.found(&carried);
        assert!(heads.published_event(&lobby()).unwrap().is_stored);
    }

    #[test]
    fn the_draft_before_a_commit_is_that_of_the_event_published_last() {
        let mut heads = DeliveredHeads::default();
        assert_eq!(heads.draft_at(&lobby(), 0), None);
        assert!(heads.committed(&lobby(), 4, &event(5, 5)));
        assert_eq!(heads.draft_at(&lobby(), 5), Some(DraftId(Uuid::from_u128(5))));
        assert_eq!([4, 6].map(|seq| heads.draft_at(&lobby(), seq)), [None, None]);
    }

    #[test]
    fn a_higher_head_is_read_from_what_was_delivered_and_others_are_dropped() {
        let mut heads = DeliveredHeads::default();
        assert_eq!(heads.decide(&lobby(), 1), Decision::Unknown);
        heads.published(&lobby(), 5);
        assert_eq!(
            [4, 5, 6, 9].map(|head| heads.decide(&lobby(), head)),
            [Decision::Delivered, Decision::Delivered, Decision::ReadAfter(5), Decision::ReadAfter(5)]
        );
        heads.published(&lobby(), 3);
        assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered, "it never goes back");
    }

    #[test]
    fn the_reader_who_has_read_least_counts_until_something_is_published() {
        let mut heads = DeliveredHeads::default();
        [5, 4, 6].into_iter().for_each(|head| heads.record_head_read(&lobby(), head));
        assert_eq!(heads.decide(&lobby(), 5), Decision::ReadAfter(4));
        heads.published(&lobby(), 5);
        heads.record_head_read(&lobby(), 4);
        assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered, "the hub notifies them of 5");
    }

    #[test]
    fn a_commit_after_events_of_other_nodes_shows_that_they_are_missing() {
        let mut heads = DeliveredHeads::default();
        assert!(heads.committed(&lobby(), 1, 2), "the first of this topic");
        assert!(heads.committed(&lobby(), 3, 3));
        assert!(!heads.committed(&lobby(), 5, 6));
        assert_eq!(heads.decide(&lobby(), 6), Decision::ReadAfter(3));
        heads.published(&lobby(), 6);
        assert!(heads.committed(&lobby(), 6, 7), "an event that was delivered already");
        assert_eq!(heads.published_seq(&lobby()), Some(7));
    }

    #[test]
    fn a_topic_of_which_nothing_is_known_has_its_newest_event_delivered_unless_somebody_has_read_it() {
        let mut heads = DeliveredHeads::default();
        heads.assume(&lobby(), 5);
        assert_eq!(heads.decide(&lobby(), 5), Decision::ReadAssumed(4));
        assert!(!heads.committed(&lobby(), 6, 6), "followers may lack what was stored before");
        heads.record_head_read(&lobby(), 5);
        assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered);
        heads.assume(&lobby(), 0);
        assert_eq!(heads.decide(&lobby(), 0), Decision::Delivered);
    }

    #[test]
    fn an_event_that_came_with_its_hint_is_kept_until_a_poll_has_compared_it() {
        let mut heads = DeliveredHeads::default();
        heads.published(&lobby(), LastEvent::carried(&event(5, 5)));
        (0..3).for_each(|_| heads.begin_poll(&HashSet::new()));
        let [carried] = heads.all_published().try_into().unwrap();
        heads.found(&carried);
        heads.begin_poll(&HashSet::new());
        assert_eq!(heads.all_published(), []);
    }

    #[test]
    fn unused_topics_are_forgotten_after_two_polls() {
        let mut heads = DeliveredHeads::default();
        heads.published(&lobby(), 5);
        heads.begin_poll(&HashSet::new());
        assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered, "somebody may be about to use it");
        heads.begin_poll(&HashSet::from([lobby()]));
        assert_eq!(heads.decide(&lobby(), 5), Decision::Delivered);
        heads.begin_poll(&HashSet::new());
        assert_eq!(heads.decide(&lobby(), 5), Decision::Unknown);
    }
}
