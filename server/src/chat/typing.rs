//! Typing indicators: coalesced, for a few people at once, and never stored.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use app::protocol::{Name, Person, TopicName, UserId};
use parking_lot::Mutex;
use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

use super::{Frame, broadcast, delivery::Delivery};
use crate::{
    hub::Hub,
    nodes::{MAX_TYPING_PEOPLE, Signal, SignalBus},
};

const MAX_PEOPLE_PER_FRAME: usize = MAX_TYPING_PEOPLE;
/// Intervals until a person who keeps typing is announced again.
const REPEAT_INTERVALS: u32 = 3;

/// The people who are typing in each topic; cheap to clone.
#[derive(Clone)]
pub(super) struct Typing {
    hub: Hub<Frame>,
    topics: Arc<Mutex<HashMap<TopicName, TypingPeople>>>,
    interval: Duration,
    /// Announces them to other nodes; `None` with SQLite.
    bus: Option<Weak<dyn SignalBus>>,
}

/// The people who are typing in one topic. It exists while the task that announces them runs.
#[derive(Default)]
struct TypingPeople {
    /// People who were announced or are pending, and since when.
    announced: HashMap<UserId, Instant>,
    /// People in the next frame.
    pending: Vec<Person>,
}

impl Typing {
    /// A topic is announced at most once per `interval`, and each of its people at most once per three intervals.
    pub(super) fn new(hub: Hub<Frame>, interval: Duration, bus: Option<Weak<dyn SignalBus>>) -> Self {
        Self { hub, topics: Arc::default(), interval, bus }
    }

    /// People are typing on another node, which coalesces as this one does.
    pub(super) fn receive(&self, topic: TopicName, mut people: Vec<Person>) {
        people.truncate(MAX_PEOPLE_PER_FRAME);
        if !people.is_empty() && self.hub.has_subscribers(&topic) {
            broadcast(&self.hub, &topic, Delivery::typing(topic.clone(), people));
        }
    }

    /// Records that a person is typing. Surplus people are dropped.
    pub(super) fn record(&self, topic: &TopicName, user: UserId, name: &Name) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut topics = self.topics.lock();
        let is_first = !topics.contains_key(topic);
        let typing = topics.entry(topic.clone()).or_default();
        typing.remove_older_than(self.interval * REPEAT_INTERVALS);
        if typing.pending.len() < MAX_PEOPLE_PER_FRAME && !typing.announced.contains_key(&user) {
            typing.announced.insert(user, Instant::now());
            typing.pending.push(Person { user, name: name.clone() });
        }
        if is_first {
            runtime.spawn(self.clone().announce(topic.clone()));
        }
    }

    /// The person has published what they were typing: an announcement after the message would be wrong.
    pub(super) fn finish(&self, topic: &TopicName, user: UserId) {
        if let Some(typing) = self.topics.lock().get_mut(topic) {
            typing.pending.retain(|person| person.user != user);
            typing.announced.remove(&user);
        }
    }

    #[cfg(test)]
    pub(super) fn is_recorded(&self, topic: &TopicName, user: UserId) -> bool {
        self.topics.lock().get(topic).is_some_and(|typing| typing.announced.contains_key(&user))
    }

    /// Announces the topic's people once an interval, until nobody was typing for a while.
    async fn announce(self, topic: TopicName) {
        loop {
            sleep(self.interval).await;
            let people = {
                let mut topics = self.topics.lock();
                let Some(typing) = topics.get_mut(&topic) else { return };
                typing.remove_older_than(self.interval * REPEAT_INTERVALS);
                if typing.pending.is_empty() && typing.announced.is_empty() {
                    topics.remove(&topic);
                    return;
                }
                std::mem::take(&mut typing.pending)
            };
            if !people.is_empty() {
                if let Some(bus) = self.bus.as_ref().and_then(Weak::upgrade) {
                    bus.announce(Signal::Typing { topic: topic.clone(), people: people.clone() });
                }
                broadcast(&self.hub, &topic, Delivery::typing(topic.clone(), people));
            }
        }
    }
}

impl TypingPeople {
    /// Allows people to be announced again after `age`.
    fn remove_older_than(&mut self, age: Duration) {
        self.announced.retain(|_, at| at.elapsed() < age);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::delivery::Payload,
        hub::{Received, Subscription},
    };

    const INTERVAL: Duration = Duration::from_secs(1);

    /// The people of each frame that has arrived.
    fn announcements(subscription: &mut Subscription<Frame>) -> Vec<Vec<Person>> {
        let mut frames = Vec::new();
        while let Some(Received::Frame(frame)) = subscription.try_recv() {
            if let Payload::Typing { people, .. } = &frame.payload {
                frames.push(people.clone());
            }
        }
        frames
    }

    #[tokio::test(start_paused = true)]
    async fn people_are_announced_now_and_then_and_a_few_at_once() {
        let hub = Hub::new(100);
        let topic: TopicName = "lobby".parse().unwrap();
        let mut subscription = hub.subscribe(&topic, Arc::new(tokio::sync::Notify::new()), 0);
        let typing = Typing::new(hub, INTERVAL, None);
        let mut frames = Vec::new();
        for _ in 0..60 {
            (0..12).for_each(|n| typing.record(&topic, UserId(uuid::Uuid::from_u128(n)), &Name::anonymous()));
            sleep(INTERVAL / 10).await;
            frames.extend(announcements(&mut subscription).iter().map(Vec::len));
        }
        // Six seconds: the first ten people fit in two frames, the others in those between.
        assert_eq!(frames.iter().max(), Some(&MAX_PEOPLE_PER_FRAME));
        assert!(frames.iter().sum::<usize>() <= 24 && frames.len() <= 6, "{frames:?}");
        sleep(INTERVAL * 10).await;
        assert!(typing.topics.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_who_has_published_is_not_announced_until_they_type_again() {
        let hub = Hub::new(100);
        let topic: TopicName = "lobby".parse().unwrap();
        let mut subscription = hub.subscribe(&topic, Arc::new(tokio::sync::Notify::new()), 0);
        let typing = Typing::new(hub, INTERVAL, None);
        let [ann, bob] = [1, 2].map(|n| UserId(uuid::Uuid::from_u128(n)));
        let mut announced = async || {
            sleep(INTERVAL * 2).await;
            let people = announcements(&mut subscription).into_iter().flatten();
            people.map(|person| person.user).collect::<Vec<_>>()
        };
        typing.record(&topic, ann, &Name::anonymous());
        typing.record(&topic, bob, &Name::anonymous());
        typing.finish(&topic, ann);
        assert_eq!(announced().await, [bob]);
        typing.record(&topic, ann, &Name::anonymous());
        assert_eq!(announced().await, [ann]);
    }
}
