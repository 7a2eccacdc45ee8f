//! Hearing one topic without a socket: the same cursor, the hub first, then the log for what the hub let go.

use std::sync::Arc;

use app::protocol::{DraftId, Event, Position, TopicName};
use tokio::sync::Notify;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::What,
    reading::{self, Begun},
    shared_pages::SharedPages,
};
use crate::{
    event_log::{Log, ReadError},
    hub::{Received, Subscriber, Subscription},
};

/// Hears a topic until it is dropped. It takes when it is asked, so a slow reader costs its cursor.
pub(crate) struct Listener {
    log: Log,
    pages: SharedPages,
    subscription: Subscription<Frame>,
    wake: Arc<Notify>,
    cursor: Cursor,
}

/// An event that was heard: one of a page or of what the hub brought, whose bytes others share.
pub(crate) struct Heard {
    pub(crate) seq: u64,
    pub(crate) draft: Option<DraftId>,
    of: Frame,
    index: usize,
}

impl Chat {
    /// Begins to hear a topic: everything after a position, or what comes after the newest `tail` messages.
    pub(crate) async fn listen(
        &self,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
    ) -> Result<(Begun, Listener), ReadError> {
        let (log, wake) = (self.log.clone(), Arc::new(Notify::new()));
        // The hub first: what is committed after the read comes from there.
        let subscription = self.hub.subscribe(topic, Arc::clone(&wake) as Arc<dyn Subscriber<Frame>>, 0);
        let begun = reading::begin(&log, topic, since, tail).await?;
        let cursor = Cursor::after(topic.clone(), &begun.page, true);
        let pages = self.pages.clone();
        Ok((begun, Listener { log, pages, subscription, wake, cursor }))
    }
}

impl Chat {
    /// Events of the log as a listener hears them.
    pub(crate) fn heard(&self, events: Vec<Event>) -> Vec<Heard> {
        Heard::all(&self.pages.share(events))
    }
}

impl Listener {
    /// What comes next, as soon as there is something; a page at the most.
    pub(crate) async fn next(&mut self) -> Result<Vec<Heard>, ReadError> {
        loop {
            if self.cursor.behind {
                let page = reading::follow(&self.log, &self.cursor.topic, self.cursor.at).await?;
                let heard = Heard::all(&self.pages.share(self.cursor.turn(page)));
                if !heard.is_empty() {
                    return Ok(heard);
                }
            } else if let Some(heard) = self.take() {
                return Ok(heard);
            } else if !self.cursor.behind {
                self.wake.notified().await;
            }
        }
    }

    /// What the hub has; none when it has nothing, or when the log has to be read first.
    fn take(&mut self) -> Option<Vec<Heard>> {
        while !self.cursor.behind {
            let Received::Frame(frame) = self.subscription.try_recv()? else {
                self.cursor.behind = true;
                return None;
            };
            match &frame.what {
                What::Events(events) => {
                    let heard = Heard::next(&mut self.cursor, &frame, events);
                    if !heard.is_empty() {
                        return Some(heard);
                    }
                }
                What::Doubt => self.cursor.behind = true,
                What::Presence(_) | What::Typing { .. } => {}
            }
        }
        None
    }
}

impl Heard {
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
