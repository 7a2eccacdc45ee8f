//! What a visitor hears of a topic, in their dialect: from the hub, or from the log when the hub let it go.

use app::protocol::{CloseCode, Event, TopicName};
use tracing::error;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::{Change, Delivery, encode},
    plain,
    subscribe::{PAGE, PAGE_BYTES},
    visitor::{Dialect, Visitor},
};
use crate::{
    endpoint::{Close, Flow, Socket},
    log::ReadError,
};

/// Lines of one kind that a plain client hears of one presence change.
const LINES: usize = 5;

impl Chat {
    /// Sends one page of what the log holds and was not sent. A peer that reads slowly is read for slowly.
    pub(super) async fn catch_up(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        topic: &TopicName,
    ) -> Flow {
        let dialect = visitor.dialect;
        let Some(Cursor { at, .. }) = visitor.cursor(topic) else { return Ok(()) };
        let page =
            self.log.since(topic, *at, PAGE).await.map_err(|error| failed(&error))?.first_bytes(PAGE_BYTES);
        self.acknowledge(socket, visitor, &page.events).await;
        let Some(cursor) = visitor.cursor(topic) else { return Ok(()) };
        cursor.behind = page.to < page.head;
        for event in page.events {
            match cursor.offer(event.seq) {
                Offer::Send => deliver(socket, dialect, &Delivery::event(event)),
                Offer::Skip => {}
                Offer::Gap => return Err(hole(&event)),
            }
        }
        if !cursor.behind && std::mem::take(&mut cursor.dropped) && dialect == Dialect::V1 {
            self.tell_count(socket, topic);
        }
        // What the hub has by now may be next.
        socket.look_again();
        Ok(())
    }

    /// The acks that are due before these events are sent. They are there or about to be: what was read is stored.
    pub(super) async fn acknowledge(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        events: &[Event],
    ) {
        while visitor.awaits_answer_about(events) {
            let answered = visitor.next_answer().await;
            self.tell(socket, visitor, answered);
        }
    }
}

impl Chat {
    /// Tells one connection how many people are in a topic.
    pub(super) fn tell_count(&self, socket: &mut Socket<Frame>, topic: &TopicName) {
        let here = self.presence.here(topic);
        let change = Change { topic: topic.clone(), here, joined: Vec::new(), left: Vec::new() };
        socket.send_text(encode(&change.frame()));
    }
}

/// Sends a frame, if the dialect has a word for it.
pub(super) fn deliver(socket: &mut Socket<Frame>, dialect: Dialect, delivery: &Delivery) {
    let encoded = match dialect {
        Dialect::Plain => delivery.plain(),
        Dialect::Greeting(_) | Dialect::V1 => delivery.v1(),
    };
    // The plain dialect has no word for some events.
    if !encoded.as_str().is_empty() {
        socket.send_text(encoded);
    }
}

/// A plain newcomer has heard of its own coming already.
pub(super) fn tell_presence(socket: &mut Socket<Frame>, visitor: &Visitor, frame: &Frame, change: &Change) {
    if visitor.dialect != Dialect::Plain {
        return socket.send_text(frame.v1());
    }
    let joined = change.joined.iter().filter(|(user, _)| *user != visitor.user).count();
    (0..joined.min(LINES)).for_each(|_| socket.send_text(plain::JOINED));
    (0..change.left.len().min(LINES)).for_each(|_| socket.send_text(plain::LEFT));
}

/// A log that has a hole itself: reading it again and again would find nothing else, and keep a processor busy with it.
fn hole(event: &Event) -> Close {
    error!(topic = %event.topic, seq = event.seq, "log.hole_before");
    Close::Us(CloseCode::Internal)
}

/// A log that cannot be read ends the connection; the client comes back and resumes.
pub(super) fn failed(error: &ReadError) -> Close {
    error!(%error, "log.read_failed");
    Close::Us(CloseCode::Internal)
}
