//! The chat: an endpoint whose frames are the log's events.
//!
//! It speaks both dialects, publishes into the log and hears from the hub. What the hub lets go, the log still has: one
//! catch-up serves the first join, a reconnect and a reader that fell behind.

mod cursor;
mod delivery;
mod endpoint;
mod hearing;
pub(crate) mod listener;
mod plain;
mod presence;
pub(crate) mod reading;
mod subscribe;
mod v1;
mod visitor;

#[cfg(test)]
mod model;

use std::{sync::Arc, time::Duration};

use app::protocol::TopicName;
use tokio_util::task::TaskTracker;

use crate::{
    access::Access,
    config::Settings,
    database::Database,
    hub::Hub,
    log::{Log, ReadError, Told},
    session::Sessions,
};
use delivery::Delivery;
use presence::Presence;
pub(crate) use v1::code_of;

/// What the hub carries: a frame that knows itself in both dialects.
pub type Frame = Arc<Delivery>;

/// The chat endpoint.
pub struct Chat {
    hub: Hub<Frame>,
    log: Log,
    presence: Presence,
    sessions: Sessions,
    access: Access,
    settings: Settings,
}

impl Chat {
    /// Opens the log in this database, and a hub that hears of each event after it is on the disk.
    pub async fn open(
        database: Database,
        settings: Settings,
        sessions: Sessions,
        access: Access,
        tracker: &TaskTracker,
    ) -> Result<Self, ReadError> {
        let hub = Hub::new(settings.limits.hub_ring);
        let log = Log::open(database, &settings.limits, tracker, publisher(hub.clone())).await?;
        let presence = Presence::new(hub.clone(), Duration::from_millis(settings.limits.presence_ms));
        Ok(Self { hub, log, presence, sessions, access, settings })
    }

    /// The log that this chat writes.
    pub fn log(&self) -> &Log {
        &self.log
    }

    fn topic_or_default(&self, asked: Option<&str>) -> Result<TopicName, app::protocol::TopicError> {
        asked.map_or_else(|| Ok(self.settings.default_topic.clone()), str::parse)
    }
}

/// Hands what the log tells to whoever hears its topic.
fn publisher(hub: Hub<Frame>) -> impl Fn(Told) + Send + Sync + 'static {
    move |told| {
        let (topic, delivery) = match told {
            Told::Event(event) => (event.topic.clone(), Delivery::event(event)),
            Told::Doubt(topic) => (topic, Delivery::doubt()),
        };
        hub.publish(&topic, Arc::new(delivery));
    }
}
