//! Presence: the people who are in each topic now. Joins and leaves are coalesced, and a person has left only after a grace
//! period, so a reloaded page or a connection that is lost for a moment announces nothing. A topic with many people
//! announces only their number. Nodes share their lists of people; a person who is on two nodes counts once.

mod nodes;
mod topic;

use std::{collections::HashMap, sync::Arc, time::Duration};

use app::protocol::{Name, Person, TopicName, UserId};
use parking_lot::{Mutex, MutexGuard};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, sleep_until},
};

use super::{Frame, broadcast, delivery::Delivery};
use crate::{config::Limits, hub::Hub};
pub(super) use nodes::NodeExchange;
use topic::TopicPresence;

/// A topic that announces only its number of people does so this many times less often.
const LARGE_TOPIC_INTERVAL_FACTOR: u32 = 5;

/// The presence of all topics; cheap to clone.
#[derive(Clone)]
pub(super) struct Presence(Arc<Inner>);

struct Inner {
    hub: Hub<Frame>,
    topics: Mutex<HashMap<TopicName, TopicPresence>>,
    config: PresenceConfig,
    /// The exchange with other nodes; `None` with SQLite.
    nodes: Option<NodeExchange>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PresenceConfig {
    /// A topic's joins and leaves are announced together at most once an interval.
    pub(super) interval: Duration,
    /// A person who reconnects within it is not announced as having left.
    pub(super) grace_period: Duration,
    /// Topics with more people than this announce only their number.
    pub(super) max_named: usize,
}

impl PresenceConfig {
    pub(super) fn from_limits(limits: &Limits) -> Self {
        Self {
            interval: Duration::from_millis(limits.presence_ms),
            grace_period: Duration::from_millis(limits.presence_grace_ms),
            max_named: limits.presence_large,
        }
    }
}

/// Counts one connection as present in a topic until it is dropped.
pub(super) struct PresenceGuard {
    presence: Presence,
    topic: TopicName,
    user: UserId,
    is_plain: bool,
}

impl Presence {
    pub(super) fn new(hub: Hub<Frame>, config: PresenceConfig, nodes: Option<NodeExchange>) -> Self {
        Self(Arc::new(Inner { hub, topics: Mutex::default(), config, nodes }))
    }

    /// Adds a connection of `user` to a topic. `is_plain`: it speaks the plain dialect.
    pub(super) fn enter(
        &self,
        topic: &TopicName,
        user: UserId,
        name: &Name,
        is_plain: bool,
    ) -> PresenceGuard {
        self.change(topic, |people| people.enter(user, name, is_plain));
        PresenceGuard { presence: self.clone(), topic: topic.clone(), user, is_plain }
    }

    /// Renames a person who is present: they leave under the new name, and join under it if that was not announced yet.
    pub(super) fn rename(&self, topic: &TopicName, user: UserId, name: &Name) {
        if self.0.nodes.is_some() {
            self.change(topic, |people| people.rename(user, name));
        } else if let Some(people) = self.lock().get_mut(topic) {
            people.rename(user, name);
        }
    }

    /// Returns how many people are in a topic.
    pub(super) fn count(&self, topic: &TopicName) -> u64 {
        self.lock().get(topic).map_or(0, TopicPresence::count)
    }

    /// Returns how many people are in a topic, and the first `limit` of them by name.
    pub(super) fn people_by_name(&self, topic: &TopicName, limit: usize) -> (u64, Vec<Person>) {
        let topics = self.lock();
        topics.get(topic).map_or_else(Default::default, |people| (people.count(), people.by_name(limit)))
    }

    /// Returns how many people are in a topic, and the first `limit` of them by id, after the id `after`.
    pub(super) fn people_by_id(
        &self,
        topic: &TopicName,
        after: Option<UserId>,
        limit: usize,
    ) -> (u64, Vec<Person>) {
        let topics = self.lock();
        topics.get(topic).map_or_else(Default::default, |people| (people.count(), people.by_id(after, limit)))
    }

    fn leave(&self, guard: &PresenceGuard) {
        let deadline = Instant::now() + self.0.config.grace_period;
        let mut starts_expiry = false;
        self.change(&guard.topic, |people| {
            starts_expiry = people.leave(guard.user, guard.is_plain, deadline)
        });
        if starts_expiry {
            self.start_expiry(&guard.topic, deadline);
        }
    }

    fn start_expiry(&self, topic: &TopicName, deadline: Instant) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.clone().expire_absent(topic.clone(), deadline));
        }
    }

    /// Removes the people of one topic whose grace period is over, until no person is in one.
    async fn expire_absent(self, topic: TopicName, mut deadline: Instant) {
        loop {
            sleep_until(deadline).await;
            let mut next = None;
            self.change(&topic, |people| next = people.expire_absent(Instant::now()));
            match next {
                Some(later) => deadline = later,
                None => return,
            }
        }
    }

    /// Changes a topic's people, and schedules the announcement unless one is scheduled.
    fn change(&self, topic: &TopicName, change: impl FnOnce(&mut TopicPresence)) {
        let mut topics = self.lock();
        let people = topics.entry(topic.clone()).or_default();
        change(people);
        if let Some(nodes) = &self.0.nodes {
            nodes.share_if_due(topic, people, self.0.config);
        }
        // Outside a runtime no connection is left to notify.
        if let (false, Ok(runtime)) = (people.is_announcement_scheduled, Handle::try_current()) {
            people.is_announcement_scheduled = true;
            let PresenceConfig { interval, max_named, .. } = self.0.config;
            let interval =
                if people.is_large(max_named) { interval * LARGE_TOPIC_INTERVAL_FACTOR } else { interval };
            let presence = self.clone();
            let topic = topic.clone();
            runtime.spawn(async move {
                sleep(interval).await;
                presence.announce(topic);
            });
        }
    }

    fn announce(&self, topic: TopicName) {
        let change = {
            let mut topics = self.lock();
            let Some(people) = topics.get_mut(&topic) else { return };
            people.is_announcement_scheduled = false;
            if let Some(nodes) = self.0.nodes.as_ref().filter(|_| people.is_unshared) {
                nodes.share(&topic, people, self.0.config);
            }
            let change = people.take_change(&topic, self.0.config.max_named);
            if people.is_gone() {
                topics.remove(&topic);
            }
            change
        };
        if let Some(change) = change {
            broadcast(&self.0.hub, &topic, Delivery::presence(change));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TopicName, TopicPresence>> {
        self.0.topics.lock()
    }
}

impl Drop for PresenceGuard {
    fn drop(&mut self) {
        self.presence.leave(self);
    }
}

#[cfg(test)]
mod tests;
