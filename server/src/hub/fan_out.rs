//! Fan-out: notifies all subscribers of a topic about its new frames, in chunks, so that the caller can yield to other
//! tasks in between. A topic has one fan-out at a time; frames that are published during a pass form the next pass and
//! are delivered together.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    vec::Drain,
};

use tracing::error;

use super::{topic::SubscriberEntry, topic_ref::TopicRef};
use crate::counters;

/// Subscribers notified in one chunk, which takes about a millisecond. Between chunks another thread may take the fan-out
/// over, and leaves the processor's cache behind.
const FAN_OUT_CHUNK: usize = 256;
/// Frames delivered in one pass over the subscribers.
const MAX_FRAMES_PER_PASS: usize = 32;

/// The running fan-out of one topic. Dropping it early delays delivery: subscribers that it has not reached are notified
/// by the next fan-out of the topic.
pub struct FanOut<F> {
    topic: TopicRef<F>,
    /// The position of the pass's first frame.
    position: u64,
    frames: Vec<F>,
    /// The slot of the subscriber to notify next.
    next_slot: usize,
    chunk: Vec<SubscriberEntry<F>>,
    /// After the last pass the topic's running fan-out, if any, belongs to another caller.
    is_finished: bool,
}

impl<F: Clone> FanOut<F> {
    /// Starts the topic's fan-out. Returns `None` when one is running: it does not finish before it has delivered the
    /// frames that are in the ring now.
    pub(super) fn start(topic: TopicRef<F>) -> Option<Self> {
        if !topic.try_start_fan_out() {
            return None;
        }
        let mut fan_out = Self {
            topic,
            position: 0,
            frames: Vec::new(),
            next_slot: 0,
            chunk: Vec::new(),
            is_finished: false,
        };
        fan_out.start_pass().then_some(fan_out)
    }

    /// Notifies the next chunk of subscribers. Returns whether there is more to do. A subscriber that joined after a
    /// frame was published may be notified of it too, which does no harm: its cursor is already past the frame.
    pub fn notify_chunk(&mut self) -> bool {
        // The chunk is copied, so that subscribers are not notified under the topic's lock: subscribing and leaving would
        // wait for all of them.
        let has_more = self.topic.next_chunk(&mut self.next_slot, FAN_OUT_CHUNK, &mut self.chunk);
        counters::FRAMES_DELIVERED.add(self.chunk.len() * self.frames.len());
        let mut chunk = self.chunk.drain(..);
        // A panic costs its own subscriber this notification; the loop goes on with the rest of the chunk.
        while catch_unwind(AssertUnwindSafe(|| notify_all(&mut chunk, self.position, &self.frames))).is_err()
        {
            error!("hub.subscriber_panicked");
        }
        drop(chunk);
        has_more || self.start_pass()
    }

    /// Takes the frames that no pass has delivered yet. Returns `false` when there are none: the fan-out is finished.
    fn start_pass(&mut self) -> bool {
        self.next_slot = 0;
        self.is_finished = !self.topic.take_unsent(MAX_FRAMES_PER_PASS, &mut self.position, &mut self.frames);
        !self.is_finished
    }
}

/// Notifies until the chunk is empty or a subscriber panics.
fn notify_all<F>(chunk: &mut Drain<'_, SubscriberEntry<F>>, position: u64, frames: &[F]) {
    for SubscriberEntry { subscriber, key } in chunk {
        subscriber.notify(key, position, frames);
    }
}

impl<F> Drop for FanOut<F> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.topic.abandon_fan_out();
        }
    }
}
