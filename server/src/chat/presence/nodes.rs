//! The exchange of lists of people between nodes. Each node announces the people who are connected to it, on a change and again
//! before the time to live of its list is over. Hints may be lost, so a list counts only for that time.

use std::{
    collections::HashMap,
    sync::{
        Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::protocol::TopicName;
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::{Presence, PresenceConfig, topic::TopicPresence};
use crate::nodes::{NodeId, NodePeople, Signal, SignalBus};

/// Ticks in a time to live. With each, expired lists are removed, and with every other one this node's are announced again.
const TICKS_PER_TTL: u32 = 6;
/// The longest list, in bytes of JSON: a signal has to fit into one notification of PostgreSQL.
const MAX_LIST_BYTES: usize = 7_000;
/// The most lists that are kept of other nodes, one for each of their topics: about 4 MB. Others are not counted.
const MAX_LISTS: usize = 20_000;
/// The most people whose names are kept: about 20 MB. Of others only the number counts.
const MAX_LISTED_PEOPLE: usize = 100_000;
/// Topics that are announced at once. The pause after them lets other signals through.
const TOPICS_PER_BATCH: usize = 500;
const BATCH_PAUSE: Duration = Duration::from_millis(20);
/// The shortest time between two announcements of all lists because other nodes have asked, or two questions.
const HELLO_INTERVAL: Duration = Duration::from_millis(500);

/// This node's side of the exchange.
pub(in crate::chat) struct NodeExchange {
    /// Not held open: people may be in their grace period when everything else has ended.
    bus: Weak<dyn SignalBus>,
    node: NodeId,
    ttl: Duration,
    version: AtomicU64,
    /// Lists of other nodes, and people on them.
    lists: AtomicUsize,
    listed_people: AtomicUsize,
    /// Signals of other nodes may have been lost.
    is_uncertain: AtomicBool,
    /// Another node has asked for the lists.
    is_asked: AtomicBool,
    is_leaving: AtomicBool,
    wake: Notify,
}

impl NodeExchange {
    /// `ttl` is how long a list counts.
    pub(in crate::chat) fn new(bus: Weak<dyn SignalBus>, ttl: Duration) -> Self {
        Self {
            bus,
            node: NodeId::random(),
            ttl,
            version: AtomicU64::new(0),
            lists: AtomicUsize::new(0),
            listed_people: AtomicUsize::new(0),
            is_uncertain: AtomicBool::new(false),
            is_asked: AtomicBool::new(false),
            is_leaving: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }

    fn announce(&self, signal: Signal) {
        if let Some(bus) = self.bus.upgrade() {
            bus.announce(signal);
        }
    }

    fn is_connected(&self) -> bool {
        self.bus.upgrade().is_some_and(|bus| bus.is_connected())
    }

    /// Announces this node's people if they changed, but not more often than the frames of presence.
    pub(super) fn share_if_due(&self, topic: &TopicName, people: &mut TopicPresence, config: PresenceConfig) {
        if people.is_unshared && people.shared_at.is_none_or(|at| at.elapsed() >= config.interval) {
            self.share(topic, people, config);
        }
    }

    /// Announces this node's people. Called with the topic locked, so that versions are in the order of the lists.
    pub(super) fn share(&self, topic: &TopicName, people: &mut TopicPresence, config: PresenceConfig) {
        let (count, list) = people.share(config.max_named, MAX_LIST_BYTES);
        people.shared_at = Some(Instant::now());
        if self.is_leaving.load(Ordering::Relaxed) {
            return;
        }
        let version = self.version.fetch_add(1, Ordering::Relaxed) + 1;
        let node = self.node;
        let topic = topic.clone();
        self.announce(Signal::People(NodePeople { node, version, topic, count, people: list }));
    }

    /// Changes the lists of a topic, and counts what is kept of them.
    fn change_lists<T>(&self, people: &mut TopicPresence, change: impl FnOnce(&mut TopicPresence) -> T) -> T {
        let (lists, listed) = people.kept();
        let result = change(people);
        let (lists_now, listed_now) = people.kept();
        self.lists.fetch_add(lists_now.wrapping_sub(lists), Ordering::Relaxed);
        self.listed_people.fetch_add(listed_now.wrapping_sub(listed), Ordering::Relaxed);
        result
    }
}

impl Presence {
    /// Records the people of a topic that another node has announced.
    pub(in crate::chat) fn receive_people(&self, mut list: NodePeople) {
        let Some(nodes) = self.0.nodes.as_ref().filter(|nodes| nodes.node != list.node) else { return };
        let topic = list.topic.clone();
        let is_new = self.lock().get(&topic).is_none_or(|people| !people.is_listed_by(list.node));
        if is_new && (list.count == 0 || nodes.lists.load(Ordering::Relaxed) >= MAX_LISTS) {
            return;
        }
        if nodes.listed_people.load(Ordering::Relaxed) >= MAX_LISTED_PEOPLE {
            list.people = None;
        }
        let expires = Instant::now() + nodes.ttl;
        self.change_listed(&topic, |people, deadline| people.list(list, expires, deadline));
    }

    /// Another node ends: its people have left unless they come back within the grace period.
    pub(in crate::chat) fn node_left(&self, node: NodeId) {
        self.forget_lists(|people| if people.is_listed_by(node) { vec![node] } else { Vec::new() });
    }

    /// Another node asks for this node's people.
    pub(in crate::chat) fn receive_hello(&self) {
        if let Some(nodes) = &self.0.nodes {
            nodes.is_asked.store(true, Ordering::Relaxed);
            nodes.wake.notify_one();
        }
    }

    /// Signals may have been lost, in both directions: asks other nodes for their people, and announces this node's.
    pub(in crate::chat) fn signals_lost(&self) {
        if let Some(nodes) = &self.0.nodes {
            nodes.is_uncertain.store(true, Ordering::Relaxed);
            nodes.wake.notify_one();
        }
    }

    /// Announces that this node ends. Nothing is announced after it.
    pub(in crate::chat) fn announce_leaving(&self) {
        if let Some(nodes) = &self.0.nodes {
            let topics = self.lock();
            nodes.is_leaving.store(true, Ordering::Relaxed);
            nodes.announce(Signal::Leaving { node: nodes.node });
            drop(topics);
        }
    }

    /// Renews this node's lists, answers questions of other nodes, and removes lists that were not renewed in time.
    pub(in crate::chat) async fn exchange(self) {
        let Some(nodes) = &self.0.nodes else { return };
        let mut ticks = interval(nodes.ttl / TICKS_PER_TTL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renews = false;
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    let now = Instant::now();
                    self.forget_lists(|people| people.expired_nodes(now));
                    renews = !renews;
                    if renews {
                        self.share_all(nodes).await;
                    }
                }
                () = nodes.wake.notified() => {
                    self.answer(nodes).await;
                    sleep(HELLO_INTERVAL).await;
                }
            }
        }
    }

    async fn answer(&self, nodes: &NodeExchange) {
        // Until the connection is back, a question would have no answer.
        let asks = nodes.is_uncertain.load(Ordering::Relaxed) && nodes.is_connected();
        if asks {
            nodes.is_uncertain.store(false, Ordering::Relaxed);
            nodes.announce(Signal::Hello { node: nodes.node });
        } else if nodes.is_uncertain.load(Ordering::Relaxed) {
            nodes.wake.notify_one();
        }
        if nodes.is_asked.swap(false, Ordering::Relaxed) || asks {
            self.share_all(nodes).await;
        }
    }

    /// Announces all topics that have people on this node.
    async fn share_all(&self, nodes: &NodeExchange) {
        let own = |(topic, people): (&TopicName, &TopicPresence)| people.has_own().then(|| topic.clone());
        let topics: Vec<_> = self.lock().iter().filter_map(own).collect();
        for batch in topics.chunks(TOPICS_PER_BATCH) {
            {
                let mut topics = self.lock();
                for topic in batch {
                    if let Some(people) = topics.get_mut(topic) {
                        nodes.share(topic, people, self.0.config);
                    }
                }
            }
            if topics.len() > TOPICS_PER_BATCH {
                sleep(BATCH_PAUSE).await;
            }
        }
    }

    /// Forgets some nodes' lists, those that `of` returns for each topic.
    fn forget_lists(&self, of: impl Fn(&TopicPresence) -> Vec<NodeId>) {
        let topics: HashMap<_, _> = {
            let topics = self.lock();
            let forgotten = topics.iter().map(|(topic, people)| (topic, of(people)));
            let forgotten = forgotten.filter(|(_, nodes)| !nodes.is_empty());
            forgotten.map(|(topic, nodes)| (topic.clone(), nodes)).collect()
        };
        for (topic, nodes) in topics {
            self.change_listed(&topic, |people, deadline| {
                let mut starts_expiry = false;
                for node in nodes {
                    starts_expiry |= people.forget_node(node, deadline);
                }
                starts_expiry
            });
        }
    }

    /// Changes what is known of other nodes. `change` returns whether the task that expires absent people has to be started.
    fn change_listed(&self, topic: &TopicName, change: impl FnOnce(&mut TopicPresence, Instant) -> bool) {
        let Some(nodes) = &self.0.nodes else { return };
        let deadline = Instant::now() + self.0.config.grace_period;
        let mut starts_expiry = false;
        let change_lists = |people: &mut TopicPresence| {
            starts_expiry = nodes.change_lists(people, |people| change(people, deadline))
        };
        if self.0.hub.has_subscribers(topic) {
            self.change(topic, change_lists);
        } else {
            let mut topics = self.lock();
            let people = topics.entry(topic.clone()).or_default();
            change_lists(people);
            people.discard_changes();
            if people.is_gone() {
                topics.remove(topic);
            }
        }
        if starts_expiry {
            self.start_expiry(topic, deadline);
        }
    }
}

#[cfg(test)]
mod tests;
