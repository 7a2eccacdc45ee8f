//! Other nodes: announces to them what changes on this node, and delivers here what changes on them.
//!
//! A hint of another node, or the poll, says that a topic has a higher head than was delivered here. The events are then read
//! from the store and take the same path as this node's own: caches, hub, followers. Events may be published twice and out of
//! order, since both kinds interleave; cursors skip what they have and read what they lack.
//!
//! Events that came with the hint (NATS) are published without a read if they follow the last event that was published here, which
//! the hint names by its draft. The poll, and the topic's next commit here, compare them with the store. If the store has another
//! event in the place of one of them, or none, the topic's connections and event streams end: their clients resume, and are sent a
//! `reset`.

mod continuity_task;
mod delivered_heads;
mod delivery_task;
mod known_memberships;
mod missing_events;
mod paced_checks;
mod people;
mod people_task;
mod published_event;
mod rights_task;
mod store_comparison;
mod throttle;

use std::sync::{Arc, Weak};

use app::protocol::{Follow, Membership, TopicName, UserId};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{
    event_log::Notification,
    markup,
    nodes::{CommittedEvents, PendingSignals, Signal, SignalBus},
};
pub(super) use continuity_task::check_continuity;
use delivered_heads::DeliveredHeads;
pub(super) use delivery_task::{DeliveryTask, Publish};
use known_memberships::KnownMemberships;
pub(super) use people::RemotePeople;
pub(super) use people_task::PeopleTask;
pub(super) use rights_task::follow_rights;
use throttle::Throttle;

/// The state that the delivery shares with commits and subscriptions; cheap to clone. There is none with SQLite.
#[derive(Clone)]
pub(super) struct RemoteEvents {
    bus: Arc<dyn SignalBus>,
    delivered: Arc<Mutex<DeliveredHeads>>,
    /// Topics in which this node has committed events after events of other nodes that were not delivered yet.
    missing: Arc<PendingSignals>,
    /// Signals about sessions and memberships, on their way from the delivery to the task that reads these.
    of_people: Arc<PendingSignals>,
    known: Arc<Mutex<KnownMemberships>>,
    /// Notified when another node may have changed rights.
    rights_changed: Arc<Notify>,
}

/// The most topics in `missing`. With more, the delivery polls.
const MAX_MISSING_TOPICS: usize = 1_000;
/// The most signals in `of_people`. With more, all connected people are checked.
const MAX_SIGNALS_OF_PEOPLE: usize = 1_000;

impl RemoteEvents {
    pub(super) fn new(bus: Arc<dyn SignalBus>) -> Self {
        let missing = Arc::new(PendingSignals::new(MAX_MISSING_TOPICS));
        let of_people = Arc::new(PendingSignals::new(MAX_SIGNALS_OF_PEOPLE));
        let rights_changed = Arc::default();
        Self { bus, delivered: Arc::default(), missing, of_people, known: Arc::default(), rights_changed }
    }

    /// Notified when another node may have changed rights.
    pub(super) fn rights_changed(&self) -> Arc<Notify> {
        Arc::clone(&self.rights_changed)
    }

    /// The bus, for those who must not keep it open: it ends when this is dropped.
    pub(super) fn bus(&self) -> Weak<dyn SignalBus> {
        Arc::downgrade(&self.bus)
    }

    /// Announces what this node has committed. To be called before it is published here.
    pub(super) fn committed(&self, notification: &Notification) {
        let (topic, events) = match notification {
            Notification::Events(topic, events) => (topic, events),
            Notification::Diverged(topic) => return self.delivered.lock().forget(topic),
            // After an uncertain commit the poll finds out what was stored, here and on other nodes.
            Notification::Resync(_) => return,
        };
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return };
        let (after, is_next) = {
            let mut delivered = self.delivered.lock();
            (delivered.draft_at(topic, first.seq - 1), delivered.committed(topic, first.seq, last))
        };
        if !is_next {
            self.missing.push(Signal::Head { topic: topic.clone(), seq: last.seq });
        }
        self.bus.announce_events(CommittedEvents { topic, after, dialect: markup::VERSION, events });
    }

    /// Records that a subscriber or follower, who was registered before, has read the log up to `head`.
    pub(super) fn record_head_read(&self, topic: &TopicName, head: u64) {
        self.delivered.lock().record_head_read(topic, head);
    }

    /// A person follows a topic in another way than before; this is stored, and their connections here were notified.
    pub(super) fn followed(&self, user: UserId, membership: &Membership) {
        self.known.lock().changed(user, membership);
        self.bus.announce(Signal::Membership { user, topic: membership.topic.clone() });
    }

    /// A person follows a topic since they wrote in it; this is stored, and their connections here were notified.
    pub(super) fn followed_as_author(&self, user: UserId, topic: &TopicName) {
        self.known.lock().followed(user, topic, Follow::Following);
        self.bus.announce(Signal::Membership { user, topic: topic.clone() });
    }

    /// A person has read a topic; their connections here are notified.
    pub(super) fn read(&self, user: UserId, topic: &TopicName, seq: u64) {
        self.known.lock().read(user, topic, seq);
        self.bus.announce(Signal::Read { user, topic: topic.clone(), seq });
    }

    /// A person has marked messages of a topic as unread; this is stored, and their connections here are notified.
    pub(super) fn marked_unread(&self, user: UserId, topic: &TopicName) {
        self.known.lock().marked_unread(user, topic);
        self.bus.announce(Signal::Membership { user, topic: topic.clone() });
    }

    /// A connection was sent all memberships of its person. Returns the topics of which the person's other connections may know
    /// less.
    pub(super) fn memberships_sent(&self, user: UserId, memberships: &[Membership]) -> Vec<TopicName> {
        self.known.lock().connected(user, memberships)
    }

    /// A connection was sent a membership. Returns whether the person's other connections may know less.
    pub(super) fn membership_sent(&self, user: UserId, membership: &Membership) -> bool {
        self.known.lock().sent(user, membership)
    }

    /// Whether hints of other nodes do not arrive: their events are found by the poll, up to its interval later.
    pub(super) fn is_degraded(&self) -> bool {
        !self.bus.is_connected()
    }
}

#[cfg(test)]
mod tests;
