//! One hearer of one topic: a cursor, no queue.

use std::collections::VecDeque;

use super::{lease::Lease, topic::Hearer};

/// Hears a topic until it is dropped.
pub struct Subscription<F> {
    topic: Lease<F>,
    /// Among the topic's hearers.
    place: usize,
    at: u64,
    /// Positions not to be heard, in order: own frames without echo.
    skip: VecDeque<u64>,
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
        Self { topic, place, at, skip: VecDeque::new() }
    }

    /// Does not hear the frame at a position.
    pub fn skip(&mut self, position: u64) {
        if position >= self.at {
            self.skip.push_back(position);
        }
    }

    /// The next thing this subscription has not had, if there is any.
    pub fn take(&mut self) -> Option<Taken<F>> {
        loop {
            let taken = self.topic.at(self.at)?;
            self.skip.retain(|&position| position >= self.at);
            match taken {
                Ok(frame) => {
                    self.at += 1;
                    if self.skip.front() != Some(&(self.at - 1)) {
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

    /// How many of the frames from a position on it has had. None: some before them are still to be taken, or some are not
    /// to be heard.
    pub fn has_had(&self, position: u64) -> Option<usize> {
        let had = self.at.checked_sub(position).filter(|_| self.skip.is_empty())?;
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
