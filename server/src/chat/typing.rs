//! Who is writing just now: told folded, of few at once, and never stored.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::protocol::{Name, Person, TopicName, UserId};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

use super::{Frame, broadcast, delivery::Delivery};
use crate::hub::Hub;

/// People of one frame.
const MAX_PEOPLE_PER_FRAME: usize = 10;
/// How many folds a person waits until they are told of again.
const REPEAT_INTERVALS: u32 = 3;

/// Knows who is writing; cheap to clone.
#[derive(Clone)]
pub(super) struct Typing {
    hub: Hub<Frame>,
    topics: Arc<Mutex<HashMap<TopicName, TypingPeople>>>,
    interval: Duration,
}

/// Who writes in one topic. It is there as long as a task tells of it.
#[derive(Default)]
struct TypingPeople {
    /// Who was told of lately, and when they said so.
    announced: HashMap<UserId, Instant>,
    /// To be told.
    pending: Vec<Person>,
}

impl Typing {
    /// `fold`: how often a topic is told at the most; a person of it a third as often.
    pub(super) fn new(hub: Hub<Frame>, interval: Duration) -> Self {
        Self { hub, topics: Arc::default(), interval }
    }

    /// Somebody writes. Payload is too much is dropped.
    pub(super) fn record(&self, topic: &TopicName, user: UserId, name: &Name) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut topics = self.lock();
        let begins = !topics.contains_key(topic);
        let writers = topics.entry(topic.clone()).or_default();
        writers.forget(self.interval * REPEAT_INTERVALS);
        if writers.pending.len() < MAX_PEOPLE_PER_FRAME && !writers.announced.contains_key(&user) {
            writers.announced.insert(user, Instant::now());
            writers.pending.push(Person { user, name: name.clone() });
        }
        if begins {
            runtime.spawn(self.clone().announce(topic.clone()));
        }
    }

    /// Until nobody has written for a while.
    async fn announce(self, topic: TopicName) {
        loop {
            sleep(self.interval).await;
            let people = {
                let mut topics = self.lock();
                let Some(writers) = topics.get_mut(&topic) else { return };
                writers.forget(self.interval * REPEAT_INTERVALS);
                if writers.pending.is_empty() && writers.announced.is_empty() {
                    topics.remove(&topic);
                    return;
                }
                std::mem::take(&mut writers.pending)
            };
            if !people.is_empty() {
                broadcast(&self.hub, &topic, Delivery::typing(topic.clone(), people));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TopicName, TypingPeople>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TypingPeople {
    fn forget(&mut self, after: Duration) {
        self.announced.retain(|_, at| at.elapsed() < after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chat::delivery::Payload, hub::Received};

    const INTERVAL: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn people_are_told_of_once_in_a_while_and_few_at_once() {
        let hub = Hub::new(100);
        let topic: TopicName = "lobby".parse().unwrap();
        let mut subscription = hub.subscribe(&topic, Arc::new(tokio::sync::Notify::new()), 0);
        let typing = Typing::new(hub, INTERVAL);
        let mut told = Vec::new();
        for _ in 0..60 {
            (0..12).for_each(|n| typing.record(&topic, UserId(uuid::Uuid::from_u128(n)), &Name::anonymous()));
            sleep(INTERVAL / 10).await;
            while let Some(Received::Frame(frame)) = subscription.try_recv() {
                if let Payload::Typing { people, .. } = &frame.payload {
                    told.push(people.len());
                }
            }
        }
        // Six seconds: the first ten twice, the others in between.
        assert_eq!(told.iter().max(), Some(&MAX_PEOPLE_PER_FRAME));
        assert!(told.iter().sum::<usize>() <= 24 && told.len() <= 6, "{told:?}");
        sleep(INTERVAL * 10).await;
        assert!(typing.lock().is_empty());
    }
}
