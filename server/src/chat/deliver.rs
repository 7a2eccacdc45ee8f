//! Sends a topic's events to a client in its dialect: from the hub, or from the log if the hub has dropped them.

use app::protocol::{CloseCode, Event, TopicName};
use tracing::error;

use super::{
    Chat, Frame,
    client_state::ClientState,
    cursor::{Cursor, Offer},
    delivery::{Delivery, Payload, PresenceChange, encode},
    dialect::Dialect,
    pages, plain,
};
use crate::{
    endpoint::{CloseReason, ConnectionHandle, HandlerResult, InlineDelivery},
    event_log::ReadError,
};

/// Lines of one kind (joined or left) that a plain client is sent for one presence change.
const MAX_PRESENCE_LINES: usize = 5;

impl Chat {
    /// Sends one page of the events that the client lacks. The next page is read only after this one was written, so a
    /// slow client is read for slowly.
    pub(super) async fn catch_up(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
    ) -> HandlerResult {
        self.require_readable(client, topic)?;
        let dialect = client.dialect;
        let Some(Cursor { readable, seq, .. }) = client.cursor(topic) else { return Ok(()) };
        let page =
            pages::page_after(&self.log, readable, *seq).await.map_err(|error| close_unreadable(&error))?;
        self.send_due_acks(connection, client, &page.events).await;
        let Some(cursor) = client.cursor(topic) else { return Ok(()) };
        deliver(connection, dialect, &self.shared_pages.share(cursor.accept_page(page)));
        if !cursor.is_behind && std::mem::take(&mut cursor.has_dropped) && dialect == Dialect::V1 {
            self.send_presence_count(connection, topic);
        }
        // The hub may hold the events that follow this page.
        connection.poll_hub_again();
        Ok(())
    }

    /// Sends the acks that must precede these events. It does not wait long: events that were read are committed, so
    /// their replies are there or imminent.
    pub(super) async fn send_due_acks(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        events: &[Event],
    ) {
        while client.has_pending_for(events) {
            let completed = client.next_completed().await;
            self.finish_append(connection, client, completed);
        }
    }

    pub(super) fn send_presence_count(&self, connection: &mut ConnectionHandle<Frame>, topic: &TopicName) {
        let here = self.presence.count(topic);
        connection.send_text(encode(&PresenceChange::count(topic.clone(), here).frame()));
    }
}

/// Sends the payload's frames, if the dialect has any.
pub(super) fn deliver(connection: &mut ConnectionHandle<Frame>, dialect: Dialect, delivery: &Delivery) {
    connection.send_frames(delivery.frames(dialect));
}

/// Sends the events that follow the cursor. Consecutive ones are one slice of the shared frames.
pub(super) fn deliver_events(
    connection: &mut ConnectionHandle<Frame>,
    dialect: Dialect,
    cursor: &mut Cursor,
    delivery: &Delivery,
    events: &[Event],
) {
    let mut start = 0;
    for (index, event) in events.iter().enumerate() {
        if cursor.offer(event.seq) != Offer::Send {
            connection.send_frames(delivery.frames_in(dialect, start..index));
            start = index + 1;
        }
    }
    connection.send_frames(delivery.frames_in(dialect, start..events.len()));
}

/// Sends a presence change. The plain dialect has one line a person; a new client was sent the line of its own join
/// already.
pub(super) fn deliver_presence(
    connection: &mut ConnectionHandle<Frame>,
    client: &ClientState,
    frame: &Frame,
    change: &PresenceChange,
) {
    if client.dialect != Dialect::Plain {
        return deliver(connection, client.dialect, frame);
    }
    let joined = change.plain.joined.iter().filter(|user| **user != client.user).count();
    (0..joined.min(MAX_PRESENCE_LINES)).for_each(|_| connection.send_text(plain::JOINED_LINE));
    (0..change.plain.left.len().min(MAX_PRESENCE_LINES)).for_each(|_| connection.send_text(plain::LEFT_LINE));
}

/// Closes the connection of a client whose topic cannot be read. It reconnects and resumes.
pub(super) fn close_unreadable(error: &ReadError) -> CloseReason {
    error!(%error, "log.read_failed");
    CloseReason::Server(CloseCode::Unavailable)
}

/// Returns the bytes to write to an idle client for a frame, if the client's state alone decides that. Returns `None`
/// if its handler has to run.
pub(super) fn deliver_inline(
    client: &mut ClientState,
    topic: &TopicName,
    frame: &Frame,
) -> Option<InlineDelivery> {
    // An ack must precede its event.
    if !client.pending.is_empty() {
        return None;
    }
    let dialect = client.dialect;
    let user = client.user;
    let cursor = client.cursor(topic)?;
    let write = || {
        let frames = frame.frames(dialect);
        if frames.is_empty() { InlineDelivery::Skip } else { InlineDelivery::Write(frames) }
    };
    match &frame.payload {
        Payload::Events(events) => cursor.offer_all(events).then(write),
        Payload::Presence(_) if !cursor.is_behind && dialect == Dialect::V1 => Some(write()),
        Payload::Typing { people, .. }
            if !cursor.is_behind && people.iter().any(|person| person.user != user) =>
        {
            Some(write())
        }
        Payload::Presence(_)
        | Payload::Typing { .. }
        | Payload::Resync
        | Payload::Diverged
        | Payload::RightsChanged => None,
    }
}
