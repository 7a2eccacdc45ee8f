//! The task that writes one stream of server-sent events.

use std::{convert::Infallible, future::pending, time::Duration};

use app::protocol::{Epoch, Position};
use axum::response::sse::Event;
use tokio::sync::mpsc::{
    self,
    error::{SendTimeoutError, TrySendError},
};
use tracing::error;

use super::event_id::event_id;
use crate::{
    chat::event_stream::{EventStream, StreamedEvent},
    counters,
    endpoint::ConnectionPermit,
    moderation::NetworkWatch,
    random::random_bytes,
    rights::Person,
    session::OpenSession,
};

/// The capacity of a stream's channel, in events.
pub(super) const BUFFERED_EVENTS: usize = 8;

/// Writes one stream. Dropping it releases the connection's permit.
pub(super) struct SseSender {
    pub(super) sender: mpsc::Sender<Event>,
    pub(super) epoch: Epoch,
    pub(super) permit: ConnectionPermit,
    pub(super) session: Option<OpenSession>,
    /// The reader, as they were when the stream was opened.
    pub(super) person: Person,
    pub(super) network: Option<NetworkWatch>,
    /// How long a client may take nothing at all before its stream ends.
    pub(super) write_timeout: Duration,
}

/// The stream has ended.
struct StreamClosed;

fn close_slow() -> StreamClosed {
    counters::SLOW_READERS_CLOSED.add(1);
    StreamClosed
}

impl SseSender {
    /// Runs until the client disconnects or is too slow, the log cannot be read or does not have what was sent, the session ends, or the server shuts down. A client that reconnects with
    /// the last id misses no event.
    pub(super) async fn run(self, first: Event, missed: Vec<StreamedEvent>, stream: EventStream) {
        let Err(StreamClosed) = self.send_events(first, missed, stream).await;
        self.send_reconnect_hint();
    }

    async fn send_events(
        &self,
        first: Event,
        missed: Vec<StreamedEvent>,
        mut stream: EventStream,
    ) -> Result<Infallible, StreamClosed> {
        self.send(first, 0).await?;
        self.send_all(missed).await?;
        loop {
            let events = tokio::select! {
                events = stream.next(|| self.person()) => events,
                () = self.sender.closed() => return Err(StreamClosed),
                () = self.permit.drain.cancelled() => return Err(StreamClosed),
                () = self.session_ended() => return Err(StreamClosed),
            };
            let events = events.map_err(|error| {
                error!(%error, "log.read_failed");
                StreamClosed
            })?;
            self.send_all(events.ok_or(StreamClosed)?).await?;
        }
    }

    /// Returns the reader with the rights of now.
    fn person(&self) -> Person {
        self.session.as_ref().map_or_else(|| self.person.clone(), OpenSession::person)
    }

    /// Waits for the end of the session, or for a ban of its person or network.
    async fn session_ended(&self) {
        let ended = async {
            match &self.session {
                Some(session) => session.ended().await,
                None => pending().await,
            }
        };
        let banned = async {
            match &self.network {
                Some(network) => network.banned().await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = ended => {}
            () = banned => {}
        }
    }

    async fn send_all(&self, events: Vec<StreamedEvent>) -> Result<(), StreamClosed> {
        for event in events {
            let id = event_id(&Position::new(self.epoch.clone(), event.seq, event.identity));
            let text = event.text();
            self.send(Event::default().id(id).event("event").data(text), text.len()).await?;
        }
        Ok(())
    }

    /// Sends an event. Waits for a client that is behind until `write_timeout`, until the limit on pending bytes demands that slow clients
    /// go, or until shutdown.
    async fn send(&self, event: Event, bytes: usize) -> Result<(), StreamClosed> {
        let event = match self.sender.try_send(event) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(event)) => event,
            Err(TrySendError::Closed(_)) => return Err(StreamClosed),
        };
        // An estimate: the buffered events before this one are about as large.
        let waiting = bytes * (BUFFERED_EVENTS + 1);
        let reader = self.permit.pending.begin_wait(waiting, waiting);
        tokio::select! {
            sent = self.sender.send_timeout(event, self.write_timeout) => sent.map_err(|error| match error {
                SendTimeoutError::Timeout(_) => close_slow(),
                SendTimeoutError::Closed(_) => StreamClosed,
            }),
            () = reader.must_close() => Err(close_slow()),
            () = self.session_ended() => Err(StreamClosed),
            () = self.permit.drain.cancelled() => Err(StreamClosed),
        }
    }

    /// Before a shutdown, tells the client to reconnect after a random time, so that not all clients return at once.
    fn send_reconnect_hint(self) {
        if self.permit.drain.is_cancelled() {
            let delay_ms = u64::from_le_bytes(random_bytes()) % self.permit.drain_ms.max(1);
            let hint = Event::default().comment("drain").retry(Duration::from_millis(delay_ms));
            let _ = self.sender.try_send(hint);
        }
    }
}
