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
use crate::{endpoint::ConnectionHandle, event_log::ReadError};

impl Chat {
    /// Subscribes a client, and returns the first page. Events that are committed after the read come from the hub; an
    /// event that comes from both is sent once, by its `seq`.
    pub(super) async fn start_subscription(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
        echo: bool,
    ) -> Result<SubscriptionStart, ReadError> {
        let topic = &connection.subscribe(topic);
        let presence =
            self.presence.enter(topic, client.user, &client.name, client.dialect == Dialect::Plain);
        let start = match pages::start(&self.log, topic, since, tail).await {
            Ok(start) => start,
            Err(error) => {
                self.end_subscription(connection, client, topic);
                return Err(error);
            }
        };
        self.record_head_read(topic, start.page.head);
        client.subscriptions.retain(|(cursor, _)| &cursor.topic != topic);
        client.subscriptions.reserve_exact(1);
        client.subscriptions.push((Cursor::after_page(topic.clone(), &start.page, echo), presence));
        Ok(start)
    }

    pub(super) fn end_subscription(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
    ) {
        connection.unsubscribe(topic);
        client.subscriptions.retain(|(cursor, _)| &cursor.topic != topic);
    }
}
