//! Subscribing without a gap: first to the hub, then a read of the log, then the events that the hub received
//! meanwhile.

use app::protocol::{Position, TopicName};

use super::{
    Chat, Frame,
    client_state::ClientState,
    cursor::Cursor,
    dialect::Dialect,
    pages::{self, SubscriptionStart},
};
use crate::{
    endpoint::ConnectionHandle,
    event_log::ReadError,
    rights::{Denied, Door},
};

/// The reason why somebody was not subscribed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubscribeError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Unreadable(#[from] ReadError),
}

impl Chat {
    /// Subscribes a client who comes through a door, and returns the first page. Events that are committed after the read
    /// come from the hub; an event that comes from both is sent once, by its `seq`.
    #[allow(clippy::too_many_arguments)]
    pub(super) async fn start_subscription(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        door: Door,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
        echo: bool,
    ) -> Result<SubscriptionStart, SubscribeError> {
        let topic = &connection.subscribe(topic);
        // After the hub knows the subscriber, so that it learns of each change of rights that comes later.
        let readable = match self.rights.read(door, &client.person(), topic) {
            Ok(readable) => readable,
            Err(denied) => {
                self.end_subscription(connection, client, topic);
                return Err(denied.into());
            }
        };
        let presence =
            self.presence.enter(topic, client.user, &client.name, client.dialect == Dialect::Plain);
        let start = match pages::start(&self.log, &readable, since, tail).await {
            Ok(start) => start,
            Err(error) => {
                self.end_subscription(connection, client, topic);
                return Err(error.into());
            }
        };
        self.record_head_read(topic, start.page.head);
        client.subscriptions.retain(|(cursor, _)| cursor.topic() != topic);
        client.subscriptions.reserve_exact(1);
        client.subscriptions.push((Cursor::after_page(readable, &start.page, echo), presence));
        Ok(start)
    }

    pub(super) fn end_subscription(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
    ) {
        connection.unsubscribe(topic);
        client.subscriptions.retain(|(cursor, _)| cursor.topic() != topic);
    }
}
