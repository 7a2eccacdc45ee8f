//! The chat: an endpoint that serves the event log over WebSockets, in two dialects (`chorus.v1` and plain text).
//!
//! It appends to the log and fans committed events out through the hub. The log holds every event that the hub has
//! dropped, so one catch-up serves the first subscription, a reconnect and a subscriber that fell behind.

mod append;
mod client_state;
mod cursor;
mod deliver;
mod delivery;
mod dialect;
mod directory;
mod endpoint;
pub(crate) mod event_stream;
mod followers;
mod frame_buffer;
mod membership;
pub(crate) mod pages;
mod plain;
mod presence;
mod publish;
mod remote;
mod render_message;
mod search;
pub(crate) mod shared_pages;
mod subscribe;
mod typing;
mod v1;

#[cfg(test)]
pub(crate) mod model;
#[cfg(test)]
pub(crate) mod test_peer;

use std::{sync::Arc, time::Duration};

use app::protocol::{Epoch, Membership, TopicName, UserId};
use tokio::{runtime::Handle, task::yield_now};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    access::Access,
    config::{Limits, Settings},
    database::Database,
    endpoint::PendingBytes,
    event_log::{self, Log, LogReader, Notification, ReadError},
    hub::Hub,
    members::Members,
    moderation::Moderation,
    nodes::{self, Signal},
    rights::Rights,
    session::Sessions,
};
use delivery::Delivery;
use followers::Followers;
use presence::{NodeExchange, Presence, PresenceConfig};
pub(crate) use publish::Admission;
use remote::{
    DeliveryTask, PeopleTask, Publish, RemoteEvents, RemotePeople, check_continuity, follow_rights,
};
pub(crate) use search::{SearchFailure, SearchService};
use shared_pages::SharedPages;
pub(crate) use subscribe::SubscribeError;
use typing::Typing;
pub(crate) use v1::text_error_code;

/// The frames of the hub, encoded at most once for each dialect.
pub type Frame = Arc<Delivery>;

pub struct Chat {
    hub: Hub<Frame>,
    log: Log,
    members: Members,
    followers: Followers,
    /// Events of other nodes; `None` with SQLite.
    remote: Option<RemoteEvents>,
    presence: Presence,
    typing: Typing,
    shared_pages: SharedPages,
    searches: SearchService,
    rights: Rights,
    moderation: Moderation,
    sessions: Sessions,
    access: Access,
    settings: Settings,
}

impl Chat {
    /// Opens the log in this database, and a hub to which each event is published after it was committed. Encoded pages
    /// count in `pending` until they are written to all who were sent them. Events of other nodes are delivered until `drain`
    /// is cancelled.
    pub(crate) async fn open(
        database: Database,
        settings: Settings,
        sessions: Sessions,
        access: Access,
        pending: PendingBytes,
        tracker: &TaskTracker,
        drain: &CancellationToken,
    ) -> Result<Self, ReadError> {
        let rights = Rights::everyone();
        let hub = Hub::new(settings.limits.hub_ring);
        let followers = Followers::new(database.clone(), Duration::from_millis(settings.limits.heads_ms));
        let shared_pages = SharedPages::new(pending);
        let publish: Publish =
            Arc::new(commit_notifier(hub.clone(), followers.clone(), shared_pages.clone()));
        let Epoch(instance) = event_log::instance(&database).await?;
        let bus = nodes::connect(&database, &instance, settings.hints.clone(), tracker, drain).await?;
        let remote = bus.map(RemoteEvents::new);
        let notify = announcing(remote.clone(), Arc::clone(&publish));
        let log = Log::open(database.clone(), &settings.limits, tracker, notify).await?;
        log.reserve(settings.default_topic.clone());
        let fence = log.fence().clone();
        let moderation = Moderation::open(database.clone(), rights.clone(), sessions.clone(), fence).await?;
        let on_follow = membership_notifier(followers.clone(), remote.clone());
        let members = Members::open(database, &settings.limits, tracker, on_follow);
        let (presence, typing) = open_presence(&hub, &settings, remote.as_ref());
        if let Some(remote) = remote.clone() {
            announce_session_changes(&sessions, &remote);
            announce_rights_changes(&moderation, &remote);
            let people = RemotePeople {
                followers: followers.clone(),
                members: members.clone(),
                sessions: sessions.clone(),
            };
            let task = DeliveryTask {
                remote,
                log: log.node_log(),
                hub: hub.clone(),
                followers: followers.clone(),
                publish,
                people,
                presence: presence.clone(),
                typing: typing.clone(),
            };
            let rights_poll = Duration::from_millis(settings.rights_poll_ms);
            let rights = follow_rights(moderation.clone(), task.remote.rights_changed(), rights_poll);
            let drained = drain.clone();
            tracker.spawn(async move { drained.run_until_cancelled(rights).await });
            spawn_node_tasks(task, Duration::from_millis(settings.poll_ms), tracker, drain);
        }
        let searches = SearchService::new(log.clone(), &settings.limits);
        Ok(Self {
            hub,
            log,
            members,
            followers,
            remote,
            presence,
            typing,
            shared_pages,
            searches,
            rights,
            moderation,
            sessions,
            access,
            settings,
        })
    }

    /// Takes over the rates of other limits.
    pub(crate) fn set_rates(&self, limits: &Limits) {
        self.log.set_rates(limits);
        self.searches.set_rate(limits);
    }

    /// Returns the log for reading. Writes go through [`publish`](Self::publish).
    pub fn log(&self) -> &LogReader {
        &self.log
    }

    /// Returns the rights, which every door asks.
    pub(crate) fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Returns the changes of rights.
    pub(crate) fn moderation(&self) -> &Moderation {
        &self.moderation
    }

    /// Returns the log itself, for the tasks that maintain it.
    pub(crate) fn log_handle(&self) -> &Log {
        &self.log
    }

    /// Whether hints of other nodes do not arrive, so that their events are delivered up to a poll's interval late.
    pub(crate) fn is_degraded(&self) -> bool {
        self.remote.as_ref().is_some_and(RemoteEvents::is_degraded)
    }

    /// Records that a subscriber or follower, who was registered before, has read a topic up to `head`.
    fn record_head_read(&self, topic: &TopicName, head: u64) {
        if let Some(remote) = &self.remote {
            remote.record_head_read(topic, head);
        }
    }

    /// A connection was sent a membership.
    fn membership_sent(&self, user: UserId, membership: &Membership) {
        self.followers.membership_sent(user, membership);
        if self.remote.as_ref().is_some_and(|remote| remote.membership_sent(user, membership)) {
            self.followers.membership_changed(user, &membership.topic, None);
        }
    }

    /// The number of subscriptions of all connections and event streams.
    pub(crate) fn subscription_count(&self) -> usize {
        self.hub.subscription_count()
    }

    /// The number of topics with subscribers.
    pub(crate) fn subscribed_topics(&self) -> usize {
        self.hub.topic_count()
    }

    pub(crate) fn searches(&self) -> &SearchService {
        &self.searches
    }

    fn topic_or_default(&self, topic: Option<&str>) -> Result<TopicName, app::protocol::TopicNameError> {
        topic.map_or_else(|| Ok(self.settings.default_topic.clone()), TopicName::from_user_input)
    }
}

/// Returns the callback for this node's own commits, which announces them to other nodes, too.
fn announcing(
    remote: Option<RemoteEvents>,
    publish: Publish,
) -> impl Fn(Notification) + Send + Sync + 'static {
    move |notification| {
        if let Some(remote) = &remote {
            remote.committed(&notification);
        }
        publish(notification);
    }
}

/// Returns the callback that fans committed events out to the subscribers of their topic.
fn commit_notifier(
    hub: Hub<Frame>,
    followers: Followers,
    shared_pages: SharedPages,
) -> impl Fn(Notification) + Send + Sync + 'static {
    move |notification| match notification {
        Notification::Events(topic, events) => {
            shared_pages.on_committed(&topic, &events);
            events.iter().for_each(|event| followers.event_committed(event));
            for chunk in delivery::chunks(events) {
                broadcast(&hub, &topic, Delivery::events(chunk));
            }
        }
        Notification::Resync(topic) => {
            shared_pages.evict_topic(&topic);
            followers.commit_uncertain(&topic);
            broadcast(&hub, &topic, Delivery::resync());
        }
        Notification::Diverged(topic) => {
            shared_pages.evict_topic(&topic);
            followers.commit_uncertain(&topic);
            broadcast(&hub, &topic, Delivery::diverged());
        }
    }
}

/// Appends to the hub, and notifies the subscribers in a task of its own, so that the committer does not wait for them.
fn broadcast(hub: &Hub<Frame>, topic: &TopicName, delivery: Delivery) {
    let Some((_, Some(mut fan_out))) = hub.append(topic, Arc::new(delivery)) else { return };
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(async move {
            while fan_out.notify_chunk() {
                yield_now().await;
            }
        })),
        // Outside a runtime no task can take over the rest of the fan-out.
        Err(_) => while fan_out.notify_chunk() {},
    }
}

/// Opens who is here and who types in each topic, of this node and, if there are any, of the others.
fn open_presence(hub: &Hub<Frame>, settings: &Settings, remote: Option<&RemoteEvents>) -> (Presence, Typing) {
    let limits = &settings.limits;
    let ttl = Duration::from_millis(limits.presence_ttl_ms);
    let exchange = remote.map(|remote| NodeExchange::new(remote.bus(), ttl));
    let presence = Presence::new(hub.clone(), PresenceConfig::from_limits(limits), exchange);
    let typing_interval = Duration::from_millis(limits.presence_ms);
    let typing = Typing::new(hub.clone(), typing_interval, remote.map(RemoteEvents::bus));
    (presence, typing)
}

fn announce_session_changes(sessions: &Sessions, remote: &RemoteEvents) {
    let bus = remote.bus();
    sessions.on_change(move |user| {
        if let Some(bus) = bus.upgrade() {
            bus.announce(Signal::Sessions { user });
        }
    });
}

fn announce_rights_changes(moderation: &Moderation, remote: &RemoteEvents) {
    let bus = remote.bus();
    moderation.on_change(move |version| {
        if let Some(bus) = bus.upgrade() {
            bus.announce(Signal::Rights { version });
        }
    });
}

/// Spawns the tasks that receive signals of other nodes and announce to them who is here, until `drain` is cancelled.
fn spawn_node_tasks(
    task: DeliveryTask,
    poll_interval: Duration,
    tracker: &TaskTracker,
    drain: &CancellationToken,
) {
    let presence = task.presence.clone();
    let people = PeopleTask { remote: task.remote.clone(), people: task.people.clone() };
    let log = task.log.clone();
    let drained = drain.clone();
    tracker.spawn(async move { drained.run_until_cancelled(task.run(poll_interval)).await });
    let drained = drain.clone();
    tracker.spawn(async move { drained.run_until_cancelled(people.run(poll_interval)).await });
    let drained = drain.clone();
    tracker.spawn(async move { drained.run_until_cancelled(check_continuity(log, poll_interval)).await });
    let drained = drain.clone();
    tracker.spawn(async move {
        drained.run_until_cancelled(presence.clone().exchange()).await;
        presence.announce_leaving();
    });
}

/// Returns the callback for a person who follows a topic because they wrote in it: notifies their connections.
fn membership_notifier(
    followers: Followers,
    remote: Option<RemoteEvents>,
) -> impl Fn(UserId, &TopicName) + Send + Sync + 'static {
    move |user, topic| {
        followers.set_following(user, topic, true);
        if let Some(remote) = &remote {
            remote.followed_as_author(user, topic);
        }
        followers.membership_changed(user, topic, None);
    }
}
