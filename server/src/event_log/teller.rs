//! What comes after a commit: answers first, then the hub; and what is said when nobody knows whether there was one.

use std::{
    collections::{BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
};

use app::protocol::{Event, TopicName};
use tracing::error;

use super::{Owed, mark::Newest, recent::Recent, single_flight::SingleFlight, store::Appended};

/// What the log tells once it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// All new events of one topic in one commit, in the order of `seq`; at least one.
    Events(TopicName, Vec<Event>),
    /// A commit failed in a way that may have stored events of this topic: whoever hears it looks at the log again.
    Doubt(TopicName),
}

/// A batch on the disk that nobody has heard of yet.
pub(super) struct Stored {
    pub(super) appended: Appended,
    /// One an outcome, in the batch's order.
    pub(super) answers: Vec<Owed>,
}

pub(super) struct Teller {
    recent: Recent,
    single_flight: SingleFlight,
    newest: Newest,
    tell: Box<dyn Fn(Told) + Send + Sync>,
    /// Topics whose last commit failed: nobody knows yet what of it is stored.
    doubtful: BTreeSet<TopicName>,
    /// Whether a failed commit may still be stored after a later one of another topic (PostgreSQL).
    commits_late: bool,
}

impl Teller {
    pub(super) fn new(
        recent: Recent,
        single_flight: SingleFlight,
        newest: Newest,
        commits_late: bool,
        tell: Box<dyn Fn(Told) + Send + Sync>,
    ) -> Self {
        Self { recent, single_flight, newest, tell, doubtful: BTreeSet::new(), commits_late }
    }

    /// Tells of a batch.
    pub(super) fn tell(&mut self, stored: Stored) {
        let topics = stored.appended.events.iter().map(|event| event.topic.clone()).collect();
        self.guarded(topics, |teller| teller.tell_all(stored));
    }

    /// Whatever goes wrong while telling, the next batch may be on its way to the disk and is not dropped: whoever was not told
    /// looks at the log again.
    fn guarded(&mut self, topics: BTreeSet<TopicName>, tell: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| tell(self))).is_err() {
            error!("log.tell_panicked");
            self.doubt(topics);
        }
    }

    /// Answers are given before anybody hears of the events, so that an author hears the ack first; and told afterwards, so
    /// that both leave in one write.
    fn tell_all(&mut self, Stored { appended, answers }: Stored) {
        self.newest.committed(&appended.events);
        let events = by_topic(appended.events);
        for (topic, events) in &events {
            self.recent.committed(topic, events);
            self.single_flight.committed(topic, events);
        }
        let outcomes = answers.into_iter().zip(appended.outcomes);
        let given: Vec<_> = outcomes.map(|(answer, outcome)| answer.give(outcome)).collect();
        self.clear_doubts_after(&events);
        for (topic, events) in events {
            (self.tell)(Told::Events(topic, events));
        }
        drop(given);
    }

    /// A failed commit may have reached the disk all the same.
    pub(super) fn doubt(&mut self, topics: BTreeSet<TopicName>) {
        topics.iter().for_each(|topic| self.forget(topic));
        self.newest.doubted();
        self.doubtful.extend(topics);
    }

    /// Topics that nobody can be sure of.
    pub(super) fn doubts(&self) -> &BTreeSet<TopicName> {
        &self.doubtful
    }

    /// The store answers again.
    pub(super) fn clear_doubts(&mut self) {
        let topics = std::mem::take(&mut self.doubtful);
        self.guarded(topics.clone(), |teller| {
            for topic in topics {
                // Whatever was read while nobody knew is read again.
                teller.forget(&topic);
                (teller.tell)(Told::Doubt(topic));
            }
        });
    }

    /// A commit shows what became of earlier ones in its topics, and in SQLite of all.
    fn clear_doubts_after(&mut self, events: &[(TopicName, Vec<Event>)]) {
        if !self.commits_late {
            return self.clear_doubts();
        }
        let certain: BTreeSet<_> = events.iter().filter_map(|(topic, _)| self.doubtful.take(topic)).collect();
        let others = std::mem::replace(&mut self.doubtful, certain);
        self.clear_doubts();
        self.doubtful.extend(others);
    }

    fn forget(&self, topic: &TopicName) {
        self.recent.forget(topic);
        self.single_flight.forget(topic);
    }
}

/// The events of each topic, in the order in which they came.
fn by_topic(events: Vec<Event>) -> Vec<(TopicName, Vec<Event>)> {
    let mut topics: Vec<(TopicName, Vec<Event>)> = Vec::new();
    let mut places: HashMap<TopicName, usize> = HashMap::new();
    for event in events {
        let of_topic = places.get(&event.topic).and_then(|&place| topics.get_mut(place));
        match of_topic {
            Some((_, events)) => events.push(event),
            None => {
                places.insert(event.topic.clone(), topics.len());
                topics.push((event.topic.clone(), vec![event]));
            }
        }
    }
    topics
}
