//! Fans committed events out to the subscribers of their topic.

use std::sync::Arc;

use app::protocol::TopicName;
use tokio::{runtime::Handle, task::yield_now};

use super::{
    Frame,
    delivery::{self, Delivery},
    followers::Followers,
    shared_pages::SharedPages,
};
use crate::{event_log::Notification, hub::Hub};

/// Returns the callback that fans committed events out to the subscribers of their topic.
pub(super) fn commit_notifier(
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
pub(super) fn broadcast(hub: &Hub<Frame>, topic: &TopicName, delivery: Delivery) {
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
