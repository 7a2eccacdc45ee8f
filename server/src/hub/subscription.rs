//! One hearer of one topic: a cursor, no queue.

use std::collections::VecDeque;

use app::protocol::TopicName;

use super::{lease::Lease, topic::Hearer};

/// Hears a topic until it is dropped.
pub struct Subscription<F> {
    topic: Lease<F>,
    /// Among the topic's hearers.
    place: usize,
    at: u64,
    /// Positions not to be heard, in order: own frames without echo. Most have none.
    #[expect(clippy::box_collection, reason = "every subscription has a place for it, and few use it")]
    skip: Option<Box<VecDeque<u64>>>,
}

/// What a subscription got.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<F> {
    /// The next frame.
    Frame(F),
    /// Frames went by that the ring no longer holds. What comes next is the oldest it still holds.
    Missed,
}

impl<F: Clone> Subscription<F> {
    pub(super) fn new(topic: Lease<F>, hearer: Hearer<F>) -> Self {
        let place = topic.join(hearer);
        let at = topic.next();
        Self { topic, place, at, skip: None }
    }

    /// The topic's name: the same piece of memory for all who hear it, so comparing two is looking where they lie.
    pub fn topic(&self) -> &TopicName {
        self.topic.name()
    }

    /// Does not hear the frame at a position.
    pub fn skip(&mut self, position: u64) {
        if position >= self.at {
            self.skip.get_or_insert_default().push_back(position);
        }
    }

    /// The next thing this subscription has not had, if there is any.
    pub fn take(&mut self) -> Option<Taken<F>> {
        loop {
            let taken = self.topic.at(self.at)?;
            self.forget_skipped();
            match taken {
                Ok(frame) => {
                    self.at += 1;
                    if !self.skips(self.at - 1) {
                        return Some(Taken::Frame(frame));
                    }
                }
                Err(oldest) => {
                    self.at = oldest;
                    return Some(Taken::Missed);
                }
            }
        }
    }

    fn skips(&self, position: u64) -> bool {
        self.skip.as_ref().is_some_and(|skip| skip.front() == Some(&position))
    }

    fn forget_skipped(&mut self) {
        if let Some(skip) = &mut self.skip {
            skip.retain(|&position| position >= self.at);
            if skip.is_empty() {
                self.skip = None;
            }
        }
    }

    /// How many of the frames from a position on it has had. None: some before them are still to be taken, or some are not
    /// to be heard.
    pub fn has_had(&self, position: u64) -> Option<usize> {
        let had = self.at.checked_sub(position).filter(|_| self.skip.is_none())?;
        usize::try_from(had).ok()
    }

    /// The next frame was had from elsewhere.
    pub fn took(&mut self) {
        self.at += 1;
    }
}

impl<F> Drop for Subscription<F> {
    fn drop(&mut self) {
        self.topic.leave(self.place);
    }
}
