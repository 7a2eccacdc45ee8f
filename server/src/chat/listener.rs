//! Hearing one topic without a socket: the same cursor, the hub first, then the log for what the hub let go.

use std::sync::Arc;

use app::protocol::{Event, Position, ServerFrame, TopicName};
use tokio::sync::Notify;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::{Delivery, What},
    reading::{self, Begun},
};
use crate::{
    hub::{Ear, Subscription, Taken},
    log::{Log, ReadError},
};

/// Hears a topic until it is dropped. It takes when it is asked, so a slow reader costs its cursor.
pub(crate) struct Listener {
    log: Log,
    subscription: Subscription<Frame>,
    wake: Arc<Notify>,
    cursor: Cursor,
}

/// An event that was heard, as the text of its `chorus.v1` frame.
pub(crate) struct Heard {
    pub(crate) seq: u64,
    pub(crate) text: String,
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
        let subscription = self.hub.subscribe(topic, Arc::clone(&wake) as Arc<dyn Ear<Frame>>, 0);
        let begun = reading::begin(&log, topic, since, tail).await?;
        let cursor = Cursor::after(topic.clone(), &begun.page, true);
        Ok((begun, Listener { log, subscription, wake, cursor }))
    }
}

impl Listener {
    /// What comes next, as soon as there is something; a page at the most.
    pub(crate) async fn next(&mut self) -> Result<Vec<Heard>, ReadError> {
        loop {
            if self.cursor.behind {
                let page = reading::follow(&self.log, &self.cursor.topic, self.cursor.at).await?;
                let heard = Heard::all(self.cursor.turn(page));
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
            let Taken::Frame(frame) = self.subscription.take()? else {
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
    /// Events of the log, as their frames.
    pub(crate) fn all(events: Vec<Event>) -> Vec<Self> {
        events.iter().map(|event| Self { seq: event.seq, text: ServerFrame::event_json(event) }).collect()
    }

    /// Those of some events that come next.
    fn next(cursor: &mut Cursor, delivery: &Delivery, events: &[Event]) -> Vec<Self> {
        let next = events.iter().enumerate().filter(|(_, event)| cursor.offer(event.seq) == Offer::Send);
        next.map(|(index, event)| Self { seq: event.seq, text: delivery.text(index).to_owned() }).collect()
    }
}
