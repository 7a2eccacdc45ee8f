//! Hearing one topic without a socket: the same cursor, the hub first, then the log for what the hub let go.

use std::sync::Arc;

use app::protocol::{Event, Position, TopicName};
use tokio::sync::Notify;

use super::{
    Chat, Frame,
    cursor::{Cursor, Offer},
    delivery::{Delivery, What},
    reading::{self, Begun},
};
use crate::{
    endpoint::Utf8Bytes,
    hub::{Subscription, Taken},
    log::{Log, ReadError},
};

/// Hears a topic until it is dropped. It takes when it is asked, so a slow reader costs its cursor.
pub(crate) struct Listener {
    log: Log,
    subscription: Subscription<Frame>,
    wake: Arc<Notify>,
    cursor: Cursor,
}

/// An event that was heard, as its `chorus.v1` frame.
pub(crate) struct Heard {
    pub(crate) seq: u64,
    pub(crate) frame: Utf8Bytes,
}

impl Chat {
    /// Begins to hear a topic: everything after a position, or what comes after the newest `tail` messages.
    pub(crate) async fn listen(
        &self,
        topic: &TopicName,
        since: Option<Position>,
        tail: u32,
    ) -> Result<(Begun, Listener), ReadError> {
        let (log, wake) = (self.log.clone(), Arc::default());
        // The hub first: what is committed after the read comes from there.
        let subscription = self.hub.subscribe(topic, &wake);
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
                return Ok(vec![heard]);
            } else if !self.cursor.behind {
                self.wake.notified().await;
            }
        }
    }

    /// What the hub has; none when it has nothing, or when the log has to be read first.
    fn take(&mut self) -> Option<Heard> {
        while !self.cursor.behind {
            let Taken::Frame(frame) = self.subscription.take()? else {
                self.cursor.behind = true;
                return None;
            };
            match &frame.what {
                What::Event(event) if self.cursor.offer(event.seq) == Offer::Send => {
                    return Some(Heard { seq: event.seq, frame: frame.v1() });
                }
                What::Doubt => self.cursor.behind = true,
                What::Event(_) | What::Presence(_) => {}
            }
        }
        None
    }
}

impl Heard {
    /// Events of the log, as their frames.
    pub(crate) fn all(events: Vec<Event>) -> Vec<Self> {
        let heard = |event: Event| Self { seq: event.seq, frame: Delivery::event(event).v1() };
        events.into_iter().map(heard).collect()
    }
}
