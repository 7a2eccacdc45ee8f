//! Payload a client hears of a topic, in their dialect: from the hub, or from the log when the hub let it go.

use app::protocol::{CloseCode, Event, TopicName};
use tracing::error;

use super::{
    Chat, Frame,
    client_state::{ClientState, Dialect},
    cursor::{Cursor, Offer},
    delivery::{Delivery, Payload, PresenceChange, encode},
    pages, plain,
};
use crate::{
    endpoint::{AtOnce, Close, Flow, Socket},
    event_log::ReadError,
};

/// PlainPresence of one kind that a plain client hears of one presence change.
const MAX_PRESENCE_LINES: usize = 5;

impl Chat {
    /// Sends one page of what the log holds and was not sent. A peer that reads slowly is read for slowly.
    pub(super) async fn catch_up(
        &self,
        socket: &mut Socket<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
    ) -> Flow {
        let dialect = client.dialect;
        let Some(Cursor { seq, .. }) = client.cursor(topic) else { return Ok(()) };
        let page = pages::page_after(&self.log, topic, *seq).await.map_err(|error| failed(&error))?;
        self.send_due_acks(socket, client, &page.events).await;
        let Some(cursor) = client.cursor(topic) else { return Ok(()) };
        deliver(socket, dialect, &self.shared_pages.share(cursor.accept_page(page)));
        if !cursor.is_behind && std::mem::take(&mut cursor.has_dropped) && dialect == Dialect::V1 {
            self.send_presence_count(socket, topic);
        }
        // Payload the hub has by now may be next.
        socket.look_again();
        Ok(())
    }

    /// The acks that are due before these events are sent. They are there or about to be: what was read is stored.
    pub(super) async fn send_due_acks(
        &self,
        socket: &mut Socket<Frame>,
        client: &mut ClientState,
        events: &[Event],
    ) {
        while client.has_pending_for(events) {
            let completed = client.next_completed().await;
            self.finish_append(socket, client, completed);
        }
    }
}

impl Chat {
    /// Tells one connection how many people are in a topic.
    pub(super) fn send_presence_count(&self, socket: &mut Socket<Frame>, topic: &TopicName) {
        let here = self.presence.count(topic);
        socket.send_text(encode(&PresenceChange::count(topic.clone(), here).frame()));
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
            socket.send_frames(delivery.frames_in(dialect, begins..index));
            begins = index + 1;
        }
    }
    socket.send_frames(delivery.frames_in(dialect, begins..events.len()));
}

/// A plain newcomer has heard of its own coming already.
pub(super) fn deliver_presence(
    socket: &mut Socket<Frame>,
    client: &ClientState,
    frame: &Frame,
    change: &PresenceChange,
) {
    if client.dialect != Dialect::Plain {
        return deliver(socket, client.dialect, frame);
    }
    let joined = change.plain.joined.iter().filter(|user| **user != client.user).count();
    (0..joined.min(MAX_PRESENCE_LINES)).for_each(|_| socket.send_text(plain::JOINED_LINE));
    (0..change.plain.left.len().min(MAX_PRESENCE_LINES)).for_each(|_| socket.send_text(plain::LEFT_LINE));
}

/// A log that cannot be read ends the connection; the client comes back and resumes.
pub(super) fn failed(error: &ReadError) -> Close {
    error!(%error, "log.read_failed");
    Close::Us(CloseCode::Internal)
}

/// Payload a sleeping client is to be written for a frame, where that takes no look at anything else; none: they look
/// themselves.
pub(super) fn at_once(client: &mut ClientState, topic: &TopicName, frame: &Frame) -> Option<AtOnce> {
    // An ack comes before its event.
    if !client.pending.is_empty() {
        return None;
    }
    let (dialect, user) = (client.dialect, client.user);
    let cursor = client.cursor(topic)?;
    let write = || {
        let frames = frame.frames(dialect);
        if frames.is_empty() { AtOnce::Nothing } else { AtOnce::Write(frames) }
    };
    match &frame.payload {
        Payload::Events(events) => cursor.offer_all(events).then(write),
        Payload::Presence(_) if !cursor.is_behind && dialect == Dialect::V1 => Some(write()),
        Payload::Typing { people, .. }
            if !cursor.is_behind && people.iter().any(|person| person.user != user) =>
        {
            Some(write())
        }
        Payload::Presence(_) | Payload::Typing { .. } | Payload::Resync => None,
    }
}
