//! Opens the chat: connects the log, the hub, the members and the other nodes.

use std::{sync::Arc, time::Duration};

use app::protocol::{Epoch, TopicName, UserId};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Chat, Frame,
    commit_notifier::commit_notifier,
    followers::Followers,
    presence::{NodeExchange, Presence, PresenceConfig},
    remote::{
        DeliveryTask, PeopleTask, Publish, RemoteEvents, RemotePeople, check_continuity, follow_rights,
    },
    search::SearchService,
    shared_pages::SharedPages,
    subscribe::recheck_subscriptions,
    typing::Typing,
};
use crate::{
    access::Access,
    config::Settings,
    database::Database,
    endpoint::PendingBytes,
    event_log::{self, Log, Notification, ReadError},
    hub::Hub,
    members::Members,
    moderation::Moderation,
    nodes::{self, Signal},
    rights::Rights,
    session::Sessions,
};

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
        let rechecked = hub.clone();
        moderation.on_restriction(move || recheck_subscriptions(&rechecked));
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
pub(super) fn membership_notifier(
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
