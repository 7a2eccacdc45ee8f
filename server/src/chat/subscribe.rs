//! Hearing a topic without a gap: the hub first, then the store, then what the hub brought meanwhile.

use app::protocol::{Mode, Position, TopicName};

use super::{Chat, Frame, cursor::Cursor, visitor::Visitor};
use crate::{
    endpoint::Socket,
    log::{Page, ReadError},
};

/// Events in one answer, and in one turn of catching up.
pub(super) const PAGE: u64 = 100;
/// Bytes of text in one such page, unless a single event is larger: what one slow reader can make the server hold.
pub(super) const PAGE_BYTES: usize = 128 * 1_024;
/// Bytes of text in one tail or page of the past: 30 messages of the largest default size fit.
pub(super) const TAIL_BYTES: usize = 512 * 1_024;
/// The most messages in one tail or page of the past; a client that asks for more gets this many.
pub(super) const LONGEST_TAIL: u32 = 200;

/// How a subscription begins.
pub(super) struct Begun {
    pub(super) mode: Mode,
    pub(super) page: Page,
    pub(super) more: bool,
}

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
        socket.subscribe(topic);
        let stay = self.presence.enter(topic, visitor.user, &visitor.name);
        let begun = match self.read(topic, since, tail).await {
            Ok(begun) => begun,
            Err(error) => {
                self.end(socket, visitor, topic);
                return Err(error);
            }
        };
        let at = begun.page.to;
        let behind = at < begun.page.head;
        visitor.places.retain(|(cursor, _)| &cursor.topic != topic);
        visitor.places.push((Cursor::new(topic.clone(), at, behind, echo), stay));
        Ok(begun)
    }

    /// Hears a topic no longer.
    pub(super) fn end(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, topic: &TopicName) {
        socket.unsubscribe(topic);
        visitor.places.retain(|(cursor, _)| &cursor.topic != topic);
    }

    /// After a position of this history, every event follows; without one, or with one of another history, the newest.
    async fn read(&self, topic: &TopicName, since: Option<Position>, tail: u32) -> Result<Begun, ReadError> {
        let reset = since.is_some();
        if let Some(Position { epoch, seq }) = since {
            let page = self.log.since(topic, seq, PAGE).await?.first_bytes(PAGE_BYTES);
            if page.epoch == epoch && seq <= page.head {
                let more = page.to < page.head;
                return Ok(Begun { mode: Mode::Resume, page, more });
            }
        }
        let page = self.log.tail(topic, tail.min(LONGEST_TAIL).into()).await?.last_bytes(TAIL_BYTES);
        let more = page.from > 1;
        Ok(Begun { mode: if reset { Mode::Reset } else { Mode::Tail }, page, more })
    }
}
