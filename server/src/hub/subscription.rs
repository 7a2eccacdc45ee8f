//! One hearer of one topic: a cursor, no queue.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::Notify;

use super::{Lease, topic::Topic};

/// Hears a topic until it is dropped.
pub struct Subscription<F> {
    /// Always there; taken only while dropping.
    topic: Option<Arc<Topic<F>>>,
    lease: Lease<F>,
    wake: Arc<Notify>,
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
    pub(super) fn new(topic: Arc<Topic<F>>, lease: Lease<F>, wake: &Arc<Notify>) -> Self {
        topic.join(wake);
        let at = topic.next();
        Self { topic: Some(topic), lease, wake: Arc::clone(wake), at, skip: VecDeque::new() }
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
            let taken = self.topic.as_ref()?.at(self.at)?;
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
}

impl<F> Drop for Subscription<F> {
    fn drop(&mut self) {
        if let Some(topic) = self.topic.take() {
            topic.leave(&self.wake);
            self.lease.shared.forget_if_unused(&self.lease.name, topic);
        }
    }
}
