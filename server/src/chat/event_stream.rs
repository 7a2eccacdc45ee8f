//! A subscription without a WebSocket (server-sent events), with the same cursor: reads from the hub, and from the log
//! what the hub has dropped.

use std::sync::Arc;

use app::protocol::{Event, EventIdentity, Position, TopicName};
use tokio::sync::Notify;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::Payload,
    pages::{self, SubscriptionStart},
    shared_pages::SharedPages,
    subscribe::SubscribeError,
};
use crate::{
    event_log::{Log, ReadError},
    hub::{Received, Subscriber, Subscription},
    rights::{Door, Person, Rights},
};

/// A topic's events from a position on. Pulled by its reader, so a slow reader costs only its cursor.
pub(crate) struct EventStream {
    log: Log,
    shared_pages: SharedPages,
    subscription: Subscription<Frame>,
    wake: Arc<Notify>,
    cursor: Cursor,
    rights: Rights,
    /// Rights have changed, or the hub has dropped a frame that may have said so.
    must_ask: bool,
    /// The client may have been sent events that the log does not have.
    has_diverged: bool,
}

/// An event of a page or of a hub frame, whose bytes all readers share.
pub(crate) struct StreamedEvent {
    pub(crate) seq: u64,
    /// `None` for an event of an unknown kind.
    pub(crate) identity: Option<EventIdentity>,
    frame: Frame,
    index: usize,
}

impl Chat {
    /// Subscribes a person to a topic after the position `since`, or else after its newest `tail` messages. `person` returns them
    /// with the rights of now: a change between the request and the subscription would not be published to this stream.
    pub(crate) async fn open_event_stream(
        &self,
        person: impl Fn() -> Person,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
    ) -> Result<(SubscriptionStart, EventStream), SubscribeError> {
        let log = self.log.clone();
        let wake = Arc::new(Notify::new());
        // Subscribes before it reads: events that are committed after the read come from the hub.
        let subscription = self.hub.subscribe(topic, Arc::clone(&wake) as Arc<dyn Subscriber<Frame>>, 0);
        let readable = self.rights.read(Door::EventStream, &person(), topic)?;
        let start = pages::start(&log, &readable, since, tail).await?;
        self.record_head_read(topic, start.page.head);
        let cursor = Cursor::after_page(readable, &start.page, true);
        let shared_pages = self.shared_pages.clone();
        let stream = EventStream {
            log,
            shared_pages,
            subscription,
            wake,
            cursor,
            rights: self.rights.clone(),
            must_ask: false,
            has_diverged: false,
        };
        Ok((start, stream))
    }

    /// Wraps events of the log, encoded as a stream's.
    pub(crate) fn streamed_events(&self, events: Vec<Event>) -> Vec<StreamedEvent> {
        StreamedEvent::all(&self.shared_pages.share(events))
    }
}

impl EventStream {
    /// Waits for the next events and returns them; one page at most. Returns `None` if the client has to resume, since it may have
    /// been sent events that the log does not have, or since `person`, which returns the reader with the rights of now, may not read
    /// the topic any more.
    pub(crate) async fn next(
        &mut self,
        person: impl Fn() -> Person,
    ) -> Result<Option<Vec<StreamedEvent>>, ReadError> {
        loop {
            if self.has_diverged || !self.is_readable(&person) {
                return Ok(None);
            } else if self.cursor.is_behind {
                let page = pages::page_after(&self.log, &self.cursor.readable, self.cursor.seq).await?;
                let events = StreamedEvent::all(&self.shared_pages.share(self.cursor.accept_page(page)));
                if !events.is_empty() {
                    return Ok(Some(events));
                }
            } else if let Some(events) = self.take() {
                return Ok(Some(events));
            } else if !self.cursor.is_behind && !self.has_diverged && !self.must_ask {
                self.wake.notified().await;
            }
        }
    }

    /// Whether the stream's reader may still read the topic. Asks before each read of the log, and after a change of rights.
    fn is_readable(&mut self, person: impl Fn() -> Person) -> bool {
        let must_ask = std::mem::take(&mut self.must_ask) || self.cursor.is_behind;
        !must_ask || self.rights.read(Door::OpenEventStream, &person(), self.cursor.topic()).is_ok()
    }

    /// Returns the next events of the hub. Returns `None` if there are none yet, or if the log has to be read first.
    fn take(&mut self) -> Option<Vec<StreamedEvent>> {
        while !self.cursor.is_behind && !self.has_diverged && !self.must_ask {
            let Received::Frame(frame) = self.subscription.try_recv()? else {
                self.cursor.is_behind = true;
                return None;
            };
            match &frame.payload {
                Payload::Events(events) => {
                    let events = StreamedEvent::next(&mut self.cursor, &frame, events);
                    if !events.is_empty() {
                        return Some(events);
                    }
                }
                Payload::Resync => self.cursor.is_behind = true,
                Payload::Diverged => self.has_diverged = true,
                Payload::RightsChanged => self.must_ask = true,
                Payload::Presence(_) | Payload::Typing { .. } => {}
            }
        }
        None
    }
}

impl StreamedEvent {
    /// The text of its `chorus.v1` frame.
    pub(crate) fn text(&self) -> &str {
        self.frame.text(self.index)
    }

    /// Returns all events of a page.
    pub(crate) fn all(page: &Frame) -> Vec<Self> {
        let events = page.page_events().iter().enumerate();
        events.map(|(index, event)| Self::new(event, page, index)).collect()
    }

    /// Returns the events that follow the cursor.
    fn next(cursor: &mut Cursor, frame: &Frame, events: &[Event]) -> Vec<Self> {
        let next = events.iter().enumerate().filter(|(_, event)| cursor.offer(event.seq) == Offer::Send);
        next.map(|(index, event)| Self::new(event, frame, index)).collect()
    }

    fn new(event: &Event, frame: &Frame, index: usize) -> Self {
        Self { seq: event.seq, identity: event.identity(), frame: Arc::clone(frame), index }
    }
}
