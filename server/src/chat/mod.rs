//! The chat: an endpoint whose frames are the log's events.
//!
//! It speaks both dialects, publishes into the log and hears from the hub. What the hub lets go, the log still has: one
//! catch-up serves the first join, a reconnect and a reader that fell behind.

mod cursor;
mod delivery;
mod directory;
mod encoded;
mod endpoint;
mod hearing;
pub(crate) mod listener;
mod people;
mod person;
mod plain;
mod presence;
pub(crate) mod reading;
mod searches;
pub(crate) mod shared_pages;
mod subscribe;
mod typing;
mod v1;
mod visitor;
mod wording;

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
    event_log::{Log, ReadError, Told},
    hub::Hub,
    members::Members,
    session::Sessions,
};
use delivery::Delivery;
use people::People;
use presence::{Manners, Presence};
pub(crate) use searches::{NotSearched, Searches};
use shared_pages::SharedPages;
use typing::Typing;
pub(crate) use v1::code_of;

/// What the hub carries: a frame that knows itself in both dialects.
pub type Frame = Arc<Delivery>;

/// The chat endpoint.
pub struct Chat {
    hub: Hub<Frame>,
    log: Log,
    members: Members,
    people: People,
    presence: Presence,
    typing: Typing,
    pages: SharedPages,
    searches: Searches,
    sessions: Sessions,
    access: Access,
    settings: Settings,
}

impl Chat {
    /// Opens the log in this database, and a hub that hears of each event after it is on the disk. Pages of the log count
    /// in `pending` while somebody has not taken them.
    pub(crate) async fn open(
        database: Database,
        settings: Settings,
        sessions: Sessions,
        access: Access,
        pending: PendingBytes,
        tracker: &TaskTracker,
    ) -> Result<Self, ReadError> {
        let hub = Hub::new(settings.limits.hub_ring);
        let people = People::new(database.clone(), Duration::from_millis(settings.limits.heads_ms));
        let pages = SharedPages::new(pending);
        let tell = publisher(hub.clone(), people.clone(), pages.clone());
        let log = Log::open(database.clone(), &settings.limits, tracker, tell).await?;
        log.reserve(settings.default_topic.clone());
        let members = Members::open(database, &settings.limits, tracker, joined(people.clone()));
        let presence = Presence::new(hub.clone(), Manners::of(&settings.limits));
        let typing = Typing::new(hub.clone(), Duration::from_millis(settings.limits.presence_ms));
        let searches = Searches::new(log.clone(), &settings.limits);
        Ok(Self { hub, log, members, people, presence, typing, pages, searches, sessions, access, settings })
    }

    /// The log that this chat writes.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// How many topics somebody hears.
    #[cfg(test)]
    pub(crate) fn heard_topics(&self) -> usize {
        self.hub.topic_count()
    }

    /// The searches of all doors.
    pub(crate) fn searches(&self) -> &Searches {
        &self.searches
    }

    fn topic_or_default(&self, asked: Option<&str>) -> Result<TopicName, app::protocol::TopicNameError> {
        asked.map_or_else(|| Ok(self.settings.default_topic.clone()), TopicName::from_user_input)
    }
}

/// Hands what the log tells to whoever hears its topic.
fn publisher(hub: Hub<Frame>, people: People, pages: SharedPages) -> impl Fn(Told) + Send + Sync + 'static {
    move |told| match told {
        Told::Events(topic, events) => {
            pages.stored(&topic, &events);
            events.iter().for_each(|event| people.heard(event));
            for part in delivery::parts(events) {
                publish(&hub, &topic, Delivery::events(part));
            }
        }
        Told::Doubt(topic) => {
            pages.forget(&topic);
            people.doubts(&topic);
            publish(&hub, &topic, Delivery::doubt());
        }
    }
}

/// Publishes, and lets a task of its own tell a topic's subscribers: whoever commits does not wait for them.
fn publish(hub: &Hub<Frame>, topic: &TopicName, delivery: Delivery) {
    let Some((_, Some(mut fan_out))) = hub.append(topic, Arc::new(delivery)) else { return };
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(async move {
            while fan_out.notify_chunk() {
                yield_now().await;
            }
        })),
        Err(_) => while fan_out.notify_chunk() {},
    }
}

/// Whoever wrote in a topic follows it: their connections hear of it.
fn joined(people: People) -> impl Fn(UserId, &TopicName) + Send + Sync + 'static {
    move |user, topic| {
        people.follows(user, topic, true);
        people.changed(user, topic, None);
    }
}
