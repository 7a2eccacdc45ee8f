//! Subscribing without a gap: first to the hub, then a read of the log, then the events that the hub received
//! meanwhile.

use app::protocol::{CloseCode, Position, TopicName};

use super::{
    Chat, Frame,
    client_state::ClientState,
    commit_notifier::broadcast,
    cursor::Cursor,
    delivery::Delivery,
    dialect::Dialect,
    pages::{self, SubscriptionStart},
};
use crate::{
    endpoint::{CloseReason, ConnectionHandle, HandlerResult},
    event_log::ReadError,
    hub::Hub,
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

/// Makes all subscribers ask again whether they may read their topic. What is published later is behind that question.
pub(super) fn recheck_subscriptions(hub: &Hub<Frame>) {
    for topic in hub.topics() {
        broadcast(hub, &topic, Delivery::rights_changed());
    }
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

    /// Does what a change of rights does.
    #[cfg(test)]
    pub(crate) fn recheck_subscriptions(&self) {
        recheck_subscriptions(&self.hub);
    }

    /// Closes the connection of a client who may not read a topic any more to which it is subscribed. It reconnects, and what it
    /// subscribes to is asked about again.
    pub(super) fn require_readable(&self, client: &mut ClientState, topic: &TopicName) -> HandlerResult {
        if client.cursor(topic).is_none() {
            return Ok(());
        }
        let readable = self.rights.read(Door::OpenSubscription, &client.person(), topic);
        readable.map(|_| ()).map_err(|_| CloseReason::Server(CloseCode::AuthRefresh))
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
