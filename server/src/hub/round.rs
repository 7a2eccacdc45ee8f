//! Telling everyone who hears a topic what is new in it, some at a time: whoever makes the round can let others work in
//! between. A topic has one round at a time; what is published meanwhile is told on the next lap, all at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    vec::Drain,
};

use tracing::error;

use super::{lease::Lease, topic::Hearer};

/// Hearers that are told in one go: about a millisecond. In between, another thread may take the round over, and what is in
/// a processor's memory stays behind.
const SOME: usize = 256;
/// Frames of one lap.
const FRAMES: usize = 32;

/// The round of one topic. Left unfinished, some hear what is new only with the next one.
pub struct Round<F> {
    topic: Lease<F>,
    /// The position of the lap's first frame.
    position: u64,
    frames: Vec<F>,
    /// The place of whom to tell next.
    next: usize,
    some: Vec<Hearer<F>>,
    /// It is another's.
    ended: bool,
}

impl<F: Clone> Round<F> {
    /// The topic's round, unless somebody is making it: they will not end it before they have told this.
    pub(super) fn begin(topic: Lease<F>) -> Option<Self> {
        if !topic.begin_round() {
            return None;
        }
        let (frames, some) = Default::default();
        let mut round = Self { topic, position: 0, frames, next: 0, some, ended: false };
        round.lap().then_some(round)
    }

    /// Tells some, and says whether there are more. Who joined after a frame was published need not be told of it, and is
    /// no worse off if they are.
    pub fn goes_on(&mut self) -> bool {
        // Not under the topic's lock: whoever joins or leaves does not wait for the others.
        let more = self.topic.some_hearers(&mut self.next, SOME, &mut self.some);
        let mut some = self.some.drain(..);
        // One catch for all of them: a panic costs its own subscriber this frame, and the others nothing.
        while catch_unwind(AssertUnwindSafe(|| notify_all(&mut some, self.position, &self.frames))).is_err() {
            error!("hub.subscriber_panicked");
        }
        drop(some);
        more || self.lap()
    }

    /// Takes what nobody was told of yet. False: there is nothing, and the round has ended.
    fn lap(&mut self) -> bool {
        self.next = 0;
        self.ended = !self.topic.take_untold(FRAMES, &mut self.position, &mut self.frames);
        !self.ended
    }
}

/// Until there is none left, or one of them panics.
fn notify_all<F>(some: &mut Drain<'_, Hearer<F>>, position: u64, frames: &[F]) {
    for Hearer { ear, key } in some {
        ear.hear(key, position, frames);
    }
}

impl<F> Drop for Round<F> {
    fn drop(&mut self) {
        if !self.ended {
            self.topic.break_round();
        }
    }
}
