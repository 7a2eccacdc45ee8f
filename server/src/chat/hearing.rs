//! What a visitor hears of a topic, in their dialect: from the hub, or from the log when the hub let it go.

use app::protocol::{CloseCode, Event, TopicName};
use tracing::error;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::{Change, Delivery, What, encode},
    plain, reading,
    visitor::{Dialect, Visitor},
};
use crate::{
    endpoint::{AtOnce, Close, Flow, Socket},
    event_log::ReadError,
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
        let page = reading::follow(&self.log, topic, *at).await.map_err(|error| failed(&error))?;
        self.acknowledge(socket, visitor, &page.events).await;
        let Some(cursor) = visitor.cursor(topic) else { return Ok(()) };
        deliver(socket, dialect, &self.pages.share(cursor.turn(page)));
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
        socket.send_text(encode(&Change::count(topic.clone(), here).frame()));
    }
}

/// Sends what the dialect has a word for.
pub(super) fn deliver(socket: &mut Socket<Frame>, dialect: Dialect, delivery: &Delivery) {
    socket.send_frames(delivery.frames(dialect));
}

/// Sends those of some events that come next, sharing their frames.
pub(super) fn deliver_events(
    socket: &mut Socket<Frame>,
    dialect: Dialect,
    cursor: &mut Cursor,
    delivery: &Delivery,
    events: &[Event],
) {
    let mut begins = 0;
    for (index, event) in events.iter().enumerate() {
        if cursor.offer(event.seq) != Offer::Send {
            socket.send_frames(delivery.some_frames(dialect, begins..index));
            begins = index + 1;
        }
    }
    socket.send_frames(delivery.some_frames(dialect, begins..events.len()));
}

/// A plain newcomer has heard of its own coming already.
pub(super) fn tell_presence(socket: &mut Socket<Frame>, visitor: &Visitor, frame: &Frame, change: &Change) {
    if visitor.dialect != Dialect::Plain {
        return deliver(socket, visitor.dialect, frame);
    }
    let joined = change.lines.joined.iter().filter(|user| **user != visitor.user).count();
    (0..joined.min(LINES)).for_each(|_| socket.send_text(plain::JOINED));
    (0..change.lines.left.len().min(LINES)).for_each(|_| socket.send_text(plain::LEFT));
}

/// A log that cannot be read ends the connection; the client comes back and resumes.
pub(super) fn failed(error: &ReadError) -> Close {
    error!(%error, "log.read_failed");
    Close::Us(CloseCode::Internal)
}

/// What a sleeping visitor is to be written for a frame, where that takes no look at anything else; none: they look
/// themselves.
pub(super) fn at_once(visitor: &mut Visitor, topic: &TopicName, frame: &Frame) -> Option<AtOnce> {
    // An ack comes before its event.
    if !visitor.answers.is_empty() {
        return None;
    }
    let (dialect, user) = (visitor.dialect, visitor.user);
    let cursor = visitor.cursor(topic)?;
    let write = || {
        let frames = frame.frames(dialect);
        if frames.is_empty() { AtOnce::Nothing } else { AtOnce::Write(frames) }
    };
    match &frame.what {
        What::Events(events) => cursor.offer_all(events).then(write),
        What::Presence(_) if !cursor.behind && dialect == Dialect::V1 => Some(write()),
        What::Typing { people, .. } if !cursor.behind && people.iter().any(|person| person.user != user) => {
            Some(write())
        }
        What::Presence(_) | What::Typing { .. } | What::Doubt => None,
    }
}
