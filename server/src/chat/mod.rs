//! The chat: an endpoint that serves the event log over WebSockets, in two dialects (`chorus.v1` and plain text).
//!
//! It appends to the log and fans committed events out through the hub. The log holds every event that the hub has
//! dropped, so one catch-up serves the first subscription, a reconnect and a subscriber that fell behind.
//!
//! | about | files |
//! |---|---|
//! | a connection | `admission`, `client_state`, `endpoint`, `work`; its dialects `v1` and `plain` |
//! | writing | `render_message`, `publish`, `append`, `commit_notifier` |
//! | reading | `subscribe`, `cursor`, `deliver`, `delivery`, `pages`, `shared_pages`, `event_stream`, `directory`, `search` |
//! | people | `membership`, `followers`, `presence`, `typing` |
//! | other servers | `remote` |

mod append;
mod client_state;
mod commit_notifier;
mod cursor;
mod deliver;
mod delivery;
mod dialect;
mod directory;
mod endpoint;
pub(crate) mod event_stream;
mod followers;
mod frame_buffer;
mod handshake;
mod membership;
mod open;
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
mod work;

#[cfg(test)]
pub(crate) mod model;
#[cfg(test)]
pub(crate) mod test_peer;

use std::sync::Arc;

use app::protocol::{Membership, TopicName, UserId};

use crate::{
    access::Access,
    config::{Limits, Settings},
    event_log::{Log, LogReader},
    hub::Hub,
    members::Members,
    moderation::Moderation,
    rights::Rights,
    session::Sessions,
};
use commit_notifier::broadcast;
use delivery::Delivery;
use followers::Followers;
use presence::Presence;
pub(crate) use publish::Admission;
use remote::RemoteEvents;
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
