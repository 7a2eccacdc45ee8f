//! Everything that follows a commit: receipts to the authors, then notifications to the hub; and the topics of failed
//! commits, whose outcome is uncertain until the store answers again.

use std::{
    collections::{BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
};

use app::protocol::{Event, TopicName};
use tracing::error;

use super::{
    pending_receipt::ReceiptSender, store::Appended, tail_cache::TailCache, watermark::LastCommitted,
};

/// A notification about events that are on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// All new events of one topic in one commit, in the order of `seq`; at least one.
    Events(TopicName, Vec<Event>),
    /// The log may hold events of this topic that nobody was notified of: subscribers must read it again. A commit failed
    /// without a definite answer, or another node stored too many events to pass them on.
    Resync(TopicName),
    /// Subscribers were notified of events of this topic that the log does not have: they came from another node, and its commit
    /// was lost, or were forged.
    Diverged(TopicName),
}

/// A batch that is on disk and that nobody was notified of yet.
pub(super) struct StoredBatch {
    pub(super) appended: Appended,
    /// One for each outcome, in the batch's order.
    pub(super) receipts: Vec<ReceiptSender>,
}

pub(super) struct Notifier {
    tail_cache: TailCache,
    last_committed: LastCommitted,
    notify: Box<dyn Fn(Notification) + Send + Sync>,
    /// Topics whose last commit failed: it is unknown which of its events are stored.
    uncertain: BTreeSet<TopicName>,
    /// Whether a failed commit may still be stored after a later one of another topic (PostgreSQL).
    may_commit_late: bool,
}

impl Notifier {
    pub(super) fn new(
        tail_cache: TailCache,
        last_committed: LastCommitted,
        may_commit_late: bool,
        notify: Box<dyn Fn(Notification) + Send + Sync>,
    ) -> Self {
        Self { tail_cache, last_committed, notify, uncertain: BTreeSet::new(), may_commit_late }
    }

    /// Sends the receipts of a batch and notifies of its events.
    pub(super) fn notify(&mut self, batch: StoredBatch) {
        let topics = batch.appended.events.iter().map(|event| event.topic.clone()).collect();
        self.catch_panic(topics, |notifier| notifier.send_all(batch));
    }

    /// Turns a panic while notifying into an uncertain commit: the next batch may already be on its way to disk and must
    /// not be dropped, and subscribers that were not notified read the log again.
    fn catch_panic(&mut self, topics: BTreeSet<TopicName>, send: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| send(self))).is_err() {
            error!("log.notify_panicked");
            self.mark_uncertain(topics);
        }
    }

    /// Stores the receipts before it notifies of the events, so that an author gets the ack first, and wakes the authors
    /// afterwards, so that ack and event leave in one write.
    fn send_all(&mut self, StoredBatch { appended, receipts }: StoredBatch) {
        self.last_committed.record(&appended.events);
        let events = group_by_topic(appended.events);
        for (topic, events) in &events {
            self.tail_cache.committed(topic, events);
        }
        let outcomes = receipts.into_iter().zip(appended.outcomes);
        let fulfilled: Vec<_> = outcomes.map(|(receipt, outcome)| receipt.send(outcome)).collect();
        self.resolve_after_commit(&events);
        for topic in appended.diverged {
            self.tail_cache.diverged(&topic);
            (self.notify)(Notification::Diverged(topic));
        }
        for (topic, events) in events {
            (self.notify)(Notification::Events(topic, events));
        }
        // Wakes the authors.
        drop(fulfilled);
    }

    /// Remembers topics of a failed commit, which may have reached the disk all the same.
    pub(super) fn mark_uncertain(&mut self, topics: BTreeSet<TopicName>) {
        topics.iter().for_each(|topic| self.invalidate(topic));
        self.last_committed.mark_uncertain();
        self.uncertain.extend(topics);
    }

    pub(super) fn uncertain_topics(&self) -> &BTreeSet<TopicName> {
        &self.uncertain
    }

    /// Notifies subscribers of all uncertain topics, so that they read the log again. For when the store answers again.
    pub(super) fn resolve_uncertain(&mut self) {
        let topics = std::mem::take(&mut self.uncertain);
        self.catch_panic(topics.clone(), |notifier| {
            for topic in topics {
                // Pages that were loaded while the outcome was unknown may lack events.
                notifier.invalidate(&topic);
                (notifier.notify)(Notification::Resync(topic));
            }
        });
    }

    /// A commit settles the outcome of earlier ones in its topics, and in SQLite of all.
    fn resolve_after_commit(&mut self, events: &[(TopicName, Vec<Event>)]) {
        if !self.may_commit_late {
            return self.resolve_uncertain();
        }
        let settled: BTreeSet<_> =
            events.iter().filter_map(|(topic, _)| self.uncertain.take(topic)).collect();
        let others = std::mem::replace(&mut self.uncertain, settled);
        self.resolve_uncertain();
        self.uncertain.extend(others);
    }

    fn invalidate(&self, topic: &TopicName) {
        self.tail_cache.invalidate(topic);
    }
}

/// Groups events by topic; both topics and events keep the order in which they came.
fn group_by_topic(events: Vec<Event>) -> Vec<(TopicName, Vec<Event>)> {
    let mut topics: Vec<(TopicName, Vec<Event>)> = Vec::new();
    let mut indices: HashMap<TopicName, usize> = HashMap::new();
    for event in events {
        let group = indices.get(&event.topic).and_then(|&index| topics.get_mut(index));
        match group {
            Some((_, events)) => events.push(event),
            None => {
                indices.insert(event.topic.clone(), topics.len());
                topics.push((event.topic.clone(), vec![event]));
            }
        }
    }
    topics
}
