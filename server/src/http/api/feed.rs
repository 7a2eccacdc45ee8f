//! What fills a stream of events.

use std::{convert::Infallible, time::Duration};

use app::protocol::Epoch;
use axum::response::sse::Event;
use tokio::sync::mpsc::{self, error::TrySendError};
use tracing::error;

use super::event_id::event_id;
use crate::{
    chat::event_stream::{EventStream, StreamedEvent},
    endpoint::Seat,
    random::random_bytes,
};

/// Events that were taken for a reader and not read by it.
pub(super) const AHEAD: usize = 8;

/// What fills one stream. Dropping it gives the reader's place back.
pub(super) struct Feed {
    pub(super) sender: mpsc::Sender<Event>,
    pub(super) epoch: Epoch,
    pub(super) seat: Seat,
    /// How long it waits for a reader that is behind.
    pub(super) patience: Duration,
}

/// Nobody reads any more, or nobody may.
struct Over;

impl Feed {
    /// Until the reader is gone or too slow, the log cannot be read, or the server goes: whoever comes back with the last
    /// id misses nothing.
    pub(super) async fn run(self, first: Event, missed: Vec<StreamedEvent>, stream: EventStream) {
        let Err(Over) = self.feed(first, missed, stream).await;
        self.says_goodbye();
    }

    async fn feed(
        &self,
        first: Event,
        missed: Vec<StreamedEvent>,
        mut stream: EventStream,
    ) -> Result<Infallible, Over> {
        self.send(first, 0).await?;
        self.send_all(missed).await?;
        loop {
            let heard = tokio::select! {
                heard = stream.next() => heard,
                () = self.sender.closed() => return Err(Over),
                () = self.seat.drain.cancelled() => return Err(Over),
            };
            let heard = heard.map_err(|error| {
                error!(%error, "log.read_failed");
                Over
            })?;
            self.send_all(heard).await?;
        }
    }

    async fn send_all(&self, heard: Vec<StreamedEvent>) -> Result<(), Over> {
        for event in heard {
            let id = event_id(&self.epoch, event.seq, event.draft);
            let text = event.text();
            self.send(Event::default().id(id).event("event").data(text), text.len()).await?;
        }
        Ok(())
    }

    /// Waits for a reader that is behind, but not for ever and not beyond the server's end.
    async fn send(&self, event: Event, bytes: usize) -> Result<(), Over> {
        let event = match self.sender.try_send(event) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(event)) => event,
            Err(TrySendError::Closed(_)) => return Err(Over),
        };
        // Those before it wait as well, and are about as large.
        let waiting = bytes * (AHEAD + 1);
        let reader = self.seat.pending.wait(waiting, waiting);
        tokio::select! {
            sent = self.sender.send_timeout(event, self.patience) => sent.map_err(|_| Over),
            () = reader.is_to_close() => Err(Over),
            () = self.seat.drain.cancelled() => Err(Over),
        }
    }

    /// Whoever is sent away by a server that goes comes back at a random moment, like everyone else.
    fn says_goodbye(self) {
        if self.seat.drain.is_cancelled() {
            let at_random = u64::from_le_bytes(random_bytes()) % self.seat.drain_ms.max(1);
            let hint = Event::default().comment("drain").retry(Duration::from_millis(at_random));
            let _ = self.sender.try_send(hint);
        }
    }
}
