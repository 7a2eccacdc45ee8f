//! Hearing one topic without a socket: the same cursor, the hub first, then the log for what the hub let go.

use std::sync::Arc;

use app::protocol::{DraftId, Event, Position, TopicName};
use tokio::sync::Notify;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::Payload,
    pages::{self, SubscriptionStart},
    shared_pages::SharedPages,
};
use crate::{
    event_log::{Log, ReadError},
    hub::{Received, Subscriber, Subscription},
};

/// Hears a topic until it is dropped. It takes when it is asked, so a slow reader costs its cursor.
pub(crate) struct EventStream {
    log: Log,
    shared_pages: SharedPages,
    subscription: Subscription<Frame>,
    wake: Arc<Notify>,
    cursor: Cursor,
}

/// An event that was heard: one of a page or of what the hub brought, whose bytes others share.
pub(crate) struct StreamedEvent {
    pub(crate) seq: u64,
    pub(crate) draft: Option<DraftId>,
    of: Frame,
    index: usize,
}

impl Chat {
    /// Begins to hear a topic: everything after a position, or what comes after the newest `tail` messages.
    pub(crate) async fn open_event_stream(
        &self,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
    ) -> Result<(SubscriptionStart, EventStream), ReadError> {
        let (log, wake) = (self.log.clone(), Arc::new(Notify::new()));
        // The hub first: what is committed after the read comes from there.
        let subscription = self.hub.subscribe(topic, Arc::clone(&wake) as Arc<dyn Subscriber<Frame>>, 0);
        let start = pages::start(&log, topic, since, tail).await?;
        let cursor = Cursor::after_page(topic.clone(), &start.page, true);
        let shared_pages = self.shared_pages.clone();
        Ok((start, EventStream { log, shared_pages, subscription, wake, cursor }))
    }
}

impl Chat {
    /// Events of the log as a listener hears them.
    pub(crate) fn streamed_events(&self, events: Vec<Event>) -> Vec<StreamedEvent> {
        StreamedEvent::all(&self.shared_pages.share(events))
    }
}

impl EventStream {
    /// Payload comes next, as soon as there is something; a page at the most.
    pub(crate) async fn next(&mut self) -> Result<Vec<StreamedEvent>, ReadError> {
        loop {
            if self.cursor.is_behind {
                let page = pages::page_after(&self.log, &self.cursor.topic, self.cursor.seq).await?;
                let events = StreamedEvent::all(&self.shared_pages.share(self.cursor.accept_page(page)));
                if !events.is_empty() {
                    return Ok(events);
                }
            } else if let Some(events) = self.take() {
                return Ok(events);
            } else if !self.cursor.is_behind {
                self.wake.notified().await;
            }
        }
    }

    /// Payload the hub has; none when it has nothing, or when the log has to be read first.
    fn take(&mut self) -> Option<Vec<StreamedEvent>> {
        while !self.cursor.is_behind {
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
                Payload::Presence(_) | Payload::Typing { .. } => {}
            }
        }
        None
    }
}

impl StreamedEvent {
    /// The text of its `chorus.v1` frame.
    pub(crate) fn text(&self) -> &str {
        self.of.text(self.index)
    }

    /// All events of a page.
    pub(crate) fn all(page: &Frame) -> Vec<Self> {
        let events = page.page_events().iter().enumerate();
        events.map(|(index, event)| Self::new(event, page, index)).collect()
    }

    /// Those of some events that come next.
    fn next(cursor: &mut Cursor, frame: &Frame, events: &[Event]) -> Vec<Self> {
        let next = events.iter().enumerate().filter(|(_, event)| cursor.offer(event.seq) == Offer::Send);
        next.map(|(index, event)| Self::new(event, frame, index)).collect()
    }

    fn new(event: &Event, of: &Frame, index: usize) -> Self {
        Self { seq: event.seq, draft: event.kind.draft(), of: Arc::clone(of), index }
    }
}
