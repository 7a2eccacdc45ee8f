//! A subscription: a cursor into a topic's ring, without a queue of its own.

use std::{collections::VecDeque, sync::atomic::Ordering};

use app::protocol::TopicName;

use super::{topic::SubscriberEntry, topic_ref::TopicRef};

/// Receives a topic's frames until it is dropped.
pub struct Subscription<F> {
    topic: TopicRef<F>,
    /// The subscriber's slot in the topic's list.
    slot: usize,
    /// The position of the next frame to receive.
    cursor: u64,
    /// Positions to leave out, in ascending order: the subscriber's own frames when it wants no echo.
    #[expect(clippy::box_collection, reason = "8 bytes in each subscription instead of 32; few use it")]
    skipped: Option<Box<VecDeque<u64>>>,
}

/// The next item of a subscription.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<F> {
    /// The next frame.
    Frame(F),
    /// The ring has overwritten frames that were not received. The next item is the oldest frame that is left.
    Lagged,
}

impl<F: Clone> Subscription<F> {
    pub(super) fn new(topic: TopicRef<F>, entry: SubscriberEntry<F>) -> Self {
        let slot = topic.join(entry);
        topic.all_subscriptions().fetch_add(1, Ordering::Relaxed);
        let cursor = topic.next_position();
        Self { topic, slot, cursor, skipped: None }
    }

    /// The topic's name. All subscriptions of a topic share its allocation, so comparing two of them compares pointers.
    pub fn topic(&self) -> &TopicName {
        self.topic.name()
    }

    /// Leaves out the frame at `position`.
    pub fn skip(&mut self, position: u64) {
        if position >= self.cursor {
            self.skipped.get_or_insert_default().push_back(position);
        }
    }

    /// Returns the next item, or `None` when there is none yet.
    pub fn try_recv(&mut self) -> Option<Received<F>> {
        loop {
            let frame = self.topic.frame_at(self.cursor)?;
            self.prune_skipped();
            match frame {
                Ok(frame) => {
                    self.cursor += 1;
                    if !self.is_skipped(self.cursor - 1) {
                        return Some(Received::Frame(frame));
                    }
                }
                Err(oldest) => {
                    self.cursor = oldest;
                    return Some(Received::Lagged);
                }
            }
        }
    }

    fn is_skipped(&self, position: u64) -> bool {
        self.skipped.as_ref().is_some_and(|skipped| skipped.front() == Some(&position))
    }

    fn prune_skipped(&mut self) {
        if let Some(skipped) = &mut self.skipped {
            skipped.retain(|&position| position >= self.cursor);
            if skipped.is_empty() {
                self.skipped = None;
            }
        }
    }

    /// Returns how many of the frames from `position` on were received already. Returns `None` when older frames are still
    /// to be received, or when some are to be left out.
    pub fn received_since(&self, position: u64) -> Option<usize> {
        let received = self.cursor.checked_sub(position).filter(|_| self.skipped.is_none())?;
        usize::try_from(received).ok()
    }

    /// Moves the cursor past the next frame, which the subscriber handled in its notification.
    pub fn advance(&mut self) {
        self.cursor += 1;
    }
}

impl<F> Drop for Subscription<F> {
    fn drop(&mut self) {
        self.topic.leave(self.slot);
        self.topic.all_subscriptions().fetch_sub(1, Ordering::Relaxed);
    }
}
