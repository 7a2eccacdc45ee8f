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
mod render_message;
mod search;
pub(crate) mod shared_pages;
mod subscribe;
mod typing;
mod v1;

#[cfg(test)]
mod model;

use std::{sync::Arc, time::Duration};

use app::protocol::{TopicName, UserId};
use tokio::{runtime::Handle, task::yield_now};
use tokio_util::task::TaskTracker;

use crate::{
    access::Access,
    config::Settings,
    database::Database,
    endpoint::PendingBytes,
    event_log::{Log, LogReader, Notification, ReadError},
    hub::Hub,
    members::Members,
    session::Sessions,
};
use delivery::Delivery;
use followers::Followers;
use presence::{Presence, PresenceConfig};
pub(crate) use search::{SearchFailure, SearchService};
use shared_pages::SharedPages;
use typing::Typing;
pub(crate) use v1::text_error_code;

/// The frames of the hub, encoded at most once for each dialect.
pub type Frame = Arc<Delivery>;

pub struct Chat {
    hub: Hub<Frame>,
    log: Log,
    members: Members,
    followers: Followers,
    presence: Presence,
    typing: Typing,
    shared_pages: SharedPages,
    searches: SearchService,
    sessions: Sessions,
    access: Access,
    settings: Settings,
}

impl Chat {
    /// Opens the log in this database, and a hub to which each event is published after it was committed. Encoded pages
    /// count in `pending` until they are written to all who were sent them.
    pub(crate) async fn open(
        database: Database,
        settings: Settings,
        sessions: Sessions,
        access: Access,
        pending: PendingBytes,
        tracker: &TaskTracker,
    ) -> Result<Self, ReadError> {
        let hub = Hub::new(settings.limits.hub_ring);
        let followers = Followers::new(database.clone(), Duration::from_millis(settings.limits.heads_ms));
        let shared_pages = SharedPages::new(pending);
        let notify = commit_notifier(hub.clone(), followers.clone(), shared_pages.clone());
        let log = Log::open(database.clone(), &settings.limits, tracker, notify).await?;
        log.reserve(settings.default_topic.clone());
        let members =
            Members::open(database, &settings.limits, tracker, membership_notifier(followers.clone()));
        let presence = Presence::new(hub.clone(), PresenceConfig::from_limits(&settings.limits));
        let typing = Typing::new(hub.clone(), Duration::from_millis(settings.limits.presence_ms));
        let searches = SearchService::new(log.clone(), &settings.limits);
        Ok(Self {
            hub,
            log,
            members,
            followers,
            presence,
            typing,
            shared_pages,
            searches,
            sessions,
            access,
            settings,
        })
    }

    /// Returns the log for reading. Writes go through [`publish`](Self::publish).
    pub fn log(&self) -> &LogReader {
        &self.log
    }

    /// Returns the log itself, for the tasks that maintain it.
    pub(crate) fn log_handle(&self) -> &Log {
        &self.log
    }

    /// The number of topics with subscribers.
    #[cfg(test)]
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
        Notification::UncertainCommit(topic) => {
            shared_pages.evict_topic(&topic);
            followers.commit_uncertain(&topic);
            broadcast(&hub, &topic, Delivery::resync());
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

/// Returns the callback for a person who follows a topic because they wrote in it: notifies their connections.
fn membership_notifier(followers: Followers) -> impl Fn(UserId, &TopicName) + Send + Sync + 'static {
    move |user, topic| {
        followers.set_following(user, topic, true);
        followers.membership_changed(user, topic, None);
    }
}
