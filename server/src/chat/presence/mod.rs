//! Who is in which topic. Joins and leaves are told folded, and leaving only after a time of grace: a page that is reloaded,
//! or a line that is lost for a moment, tells nobody anything. Where many people are only their number is told.

mod people;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::protocol::{Name, Person, TopicName, UserId};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, sleep_until},
};

use super::{Frame, delivery::Delivery, publish};
use crate::{config::Limits, hub::Hub};
use people::People;

/// How many times longer the joins and leaves of a large topic are gathered.
const LARGE_FOLD: u32 = 5;

/// Knows who is where; cheap to clone.
#[derive(Clone)]
pub(super) struct Presence(Arc<Inner>);

struct Inner {
    hub: Hub<Frame>,
    topics: Mutex<HashMap<TopicName, People>>,
    manners: Manners,
}

/// How it is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    /// What happens within this time is told at once.
    pub(super) fold: Duration,
    /// Whoever is back within this time has not left.
    pub(super) grace: Duration,
    /// With more people than this, nobody is named.
    pub(super) large: usize,
}

impl Manners {
    pub(super) fn of(limits: &Limits) -> Self {
        let ms = Duration::from_millis;
        let (fold, grace) = (ms(limits.presence_ms), ms(limits.presence_grace_ms));
        Self { fold, grace, large: limits.presence_large }
    }
}

/// One connection's stay in a topic; dropping it is leaving.
pub(super) struct Stay {
    presence: Presence,
    topic: TopicName,
    user: UserId,
    plain: bool,
}

impl Presence {
    pub(super) fn new(hub: Hub<Frame>, manners: Manners) -> Self {
        Self(Arc::new(Inner { hub, topics: Mutex::default(), manners }))
    }

    /// Somebody comes. `plain`: they hear it in the plain dialect.
    pub(super) fn enter(&self, topic: &TopicName, user: UserId, name: &Name, plain: bool) -> Stay {
        self.change(topic, |people| people.enter(user, name, plain));
        Stay { presence: self.clone(), topic: topic.clone(), user, plain }
    }

    /// Somebody who is there goes by another name: they leave under it, and come under it if that was not told yet.
    pub(super) fn rename(&self, topic: &TopicName, user: UserId, name: &Name) {
        if let Some(people) = self.lock().get_mut(topic) {
            people.rename(user, name);
        }
    }

    /// How many people are in a topic now.
    pub(super) fn here(&self, topic: &TopicName) -> u64 {
        self.lock().get(topic).map_or(0, People::here)
    }

    /// How many people are in a topic now, and `most` of them at the most, in the order of their names.
    pub(super) fn people(&self, topic: &TopicName, most: usize) -> (u64, Vec<Person>) {
        self.lock().get(topic).map_or_else(Default::default, |people| (people.here(), people.first(most)))
    }

    /// How many people are in a topic now, and `most` of those after one at the most, in the order of their ids.
    pub(super) fn people_after(
        &self,
        topic: &TopicName,
        after: Option<UserId>,
        most: usize,
    ) -> (u64, Vec<Person>) {
        let shared = self.lock();
        shared.get(topic).map_or_else(Default::default, |people| (people.here(), people.after(after, most)))
    }

    fn leave(&self, stay: &Stay) {
        let until = Instant::now() + self.0.manners.grace;
        let mut waits = false;
        self.change(&stay.topic, |people| waits = people.leave(stay.user, stay.plain, until));
        if let (true, Ok(runtime)) = (waits, Handle::try_current()) {
            runtime.spawn(self.clone().see_off(stay.topic.clone(), until));
        }
    }

    /// Whoever is not back in time has left. Until nobody is waited for.
    async fn see_off(self, topic: TopicName, mut until: Instant) {
        loop {
            sleep_until(until).await;
            let mut next = None;
            self.change(&topic, |people| next = people.see_off(Instant::now()));
            match next {
                Some(later) => until = later,
                None => return,
            }
        }
    }

    fn change(&self, topic: &TopicName, change: impl FnOnce(&mut People)) {
        let mut topics = self.lock();
        let people = topics.entry(topic.clone()).or_default();
        change(people);
        // Outside a runtime nobody is left to tell.
        if let (false, Ok(runtime)) = (people.folding, Handle::try_current()) {
            people.folding = true;
            let large = people.is_large(self.0.manners.large);
            let fold = if large { self.0.manners.fold * LARGE_FOLD } else { self.0.manners.fold };
            let (presence, topic) = (self.clone(), topic.clone());
            runtime.spawn(async move {
                sleep(fold).await;
                presence.tell(topic);
            });
        }
    }

    fn tell(&self, topic: TopicName) {
        let change = {
            let mut topics = self.lock();
            let Some(people) = topics.get_mut(&topic) else { return };
            people.folding = false;
            let change = people.tell(&topic, self.0.manners.large);
            if people.is_gone() {
                topics.remove(&topic);
            }
            change
        };
        if let Some(change) = change {
            publish(&self.0.hub, &topic, Delivery::presence(change));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TopicName, People>> {
        self.0.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.presence.leave(self);
    }
}

#[cfg(test)]
mod tests;
