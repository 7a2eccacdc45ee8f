//! The one task that writes the log: it takes all that waits, stores it in one transaction, answers, then tells.
//!
//! While one transaction is on its way to the disk the next batch gathers, so the disk's pace sets the batch's size.

use std::{
    collections::{BTreeSet, HashMap},
    panic::AssertUnwindSafe,
    time::Duration,
};

use app::protocol::{Event, TopicName};
use futures::FutureExt;
use sea_orm::DbErr;
use tokio::{sync::mpsc, time::timeout};
use tracing::{error, info};

use super::{
    Job, NewEvent, Owed,
    flights::Flights,
    recent::Recent,
    store::{Appended, Store},
};
use crate::database::Pen;

/// The most events in one transaction.
const BATCH: usize = 256;
/// When more comes within this time, the pen has not been laid down.
const LAY_DOWN: Duration = Duration::from_millis(1);
/// Between two looks whether the store answers again after it failed.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What the log tells once it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// All new events of one topic in one commit, in the order of `seq`; at least one.
    Events(TopicName, Vec<Event>),
    /// A commit failed in a way that may have stored events of this topic: whoever hears it looks at the log again.
    Doubt(TopicName),
}

pub(super) struct Committer {
    pen: Pen,
    store: Store,
    recent: Recent,
    flights: Flights,
    jobs: mpsc::Receiver<Job>,
    tell: Box<dyn Fn(Told) + Send + Sync>,
    /// Topics whose last commit failed: nobody knows yet what of it is stored.
    doubtful: BTreeSet<TopicName>,
}

impl Committer {
    pub(super) fn new(
        store: Store,
        recent: Recent,
        flights: Flights,
        jobs: mpsc::Receiver<Job>,
        tell: Box<dyn Fn(Told) + Send + Sync>,
    ) -> Self {
        let pen = store.pen();
        Self { pen, store, recent, flights, jobs, tell, doubtful: BTreeSet::new() }
    }

    /// Until every handle on the log is gone and the queue is empty.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(taken) = self.take(&mut batch).await {
            if taken > 0 {
                self.commit(&mut batch).await;
            } else if self.pen.is_held() {
                self.pen.lay_down();
            } else {
                self.clear_doubts().await;
            }
        }
    }

    /// Takes all that waits, and says how much it is: nothing, when there is something else to do meanwhile. None: there will
    /// be no more.
    async fn take(&mut self, batch: &mut Vec<Job>) -> Option<usize> {
        let taken = match self.patience() {
            None => self.jobs.recv_many(batch, BATCH).await,
            Some(patience) => match timeout(patience, self.jobs.recv_many(batch, BATCH)).await {
                Ok(taken) => taken,
                Err(_) => return Some(0),
            },
        };
        (taken > 0).then_some(taken)
    }

    fn patience(&self) -> Option<Duration> {
        if self.pen.is_held() {
            return Some(LAY_DOWN);
        }
        (!self.doubtful.is_empty()).then_some(LOOK_AGAIN)
    }

    /// Answers are given before anybody hears of the events, so that an author hears the ack first; and told afterwards, so
    /// that both leave in one write.
    async fn commit(&mut self, batch: &mut Vec<Job>) {
        let (events, answers): (Vec<_>, Vec<_>) = batch.drain(..).map(|job| (job.event, job.answer)).unzip();
        let topics: BTreeSet<TopicName> = events.iter().map(|event| event.topic.clone()).collect();
        // A fault of ours loses its batch and nothing else: its transaction is taken back.
        match AssertUnwindSafe(append(&self.store, &mut self.pen, events)).catch_unwind().await {
            Ok(Ok(appended)) => {
                let events = by_topic(appended.events);
                for (topic, events) in &events {
                    self.recent.committed(topic, events);
                    self.flights.committed(topic, events);
                }
                let outcomes = answers.into_iter().zip(appended.outcomes);
                let given: Vec<_> = outcomes.map(|(answer, outcome)| answer.give(outcome)).collect();
                self.tell_doubts();
                for (topic, events) in events {
                    (self.tell)(Told::Events(topic, events));
                }
                drop(given);
            }
            Ok(Err(error)) => {
                error!(%error, events = answers.len(), "log.commit_failed");
                self.doubt(topics, answers);
            }
            Err(_) => {
                error!(events = answers.len(), "log.commit_panicked");
                self.doubt(topics, answers);
            }
        }
    }

    /// A failed commit may have reached the disk all the same.
    fn doubt(&mut self, topics: BTreeSet<TopicName>, answers: Vec<Owed>) {
        topics.iter().for_each(|topic| self.forget(topic));
        self.doubtful.extend(topics);
        // Left without an answer, they say so.
        drop(answers);
    }

    async fn clear_doubts(&mut self) {
        if self.store.ping().await.is_ok() {
            info!(topics = self.doubtful.len(), "log.answers_again");
            self.tell_doubts();
        }
    }

    fn forget(&self, topic: &TopicName) {
        self.recent.forget(topic);
        self.flights.forget(topic);
    }

    fn tell_doubts(&mut self) {
        for topic in std::mem::take(&mut self.doubtful) {
            // Whatever was read while nobody knew is read again.
            self.forget(&topic);
            (self.tell)(Told::Doubt(topic));
        }
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

/// Stores a batch. Tests make that fail on either side of the commit.
async fn append(store: &Store, pen: &mut Pen, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
    #[cfg(test)]
    store.faults.before().await?;
    let appended = store.append(pen, events).await?;
    #[cfg(test)]
    store.faults.after()?;
    Ok(appended)
}
