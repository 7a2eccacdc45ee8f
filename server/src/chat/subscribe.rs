//! Hearing a topic without a gap: the hub first, then the store, then what the hub brought meanwhile.

use app::protocol::{Position, TopicName};

use super::{
    Chat, Frame,
    cursor::Cursor,
    reading::{self, Begun},
    visitor::{Dialect, Visitor},
};
use crate::{endpoint::Socket, event_log::ReadError};

impl Chat {
    /// Subscribes, and says with what it begins. What is committed after the read comes by the hub, which was asked first;
    /// what comes by both is sent once, by its `seq`.
    pub(super) async fn begin(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
        echo: bool,
    ) -> Result<Begun, ReadError> {
        let topic = &socket.subscribe(topic);
        let stay = self.presence.enter(topic, visitor.user, &visitor.name, visitor.dialect == Dialect::Plain);
        let begun = match reading::begin(&self.log, topic, since, tail).await {
            Ok(begun) => begun,
            Err(error) => {
                self.end(socket, visitor, topic);
                return Err(error);
            }
        };
        visitor.places.retain(|(cursor, _)| &cursor.topic != topic);
        visitor.places.reserve_exact(1);
        visitor.places.push((Cursor::after(topic.clone(), &begun.page, echo), stay));
        Ok(begun)
    }

    /// Hears a topic no longer.
    pub(super) fn end(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, topic: &TopicName) {
        socket.unsubscribe(topic);
        visitor.places.retain(|(cursor, _)| &cursor.topic != topic);
    }
}
