//! How long each listener received no event while a server was replaced.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The listeners that have received an event, by their number.
#[derive(Default)]
pub(crate) struct Gaps(Mutex<HashMap<usize, Listener>>);

struct Listener {
    last_event_at: Instant,
    /// It has connected again since then.
    has_reconnected: bool,
    /// The longest time between the last event of a connection and the first event of the next one, since [`Gaps::begin`].
    longest: Option<Duration>,
}

impl Gaps {
    /// Begins to measure.
    pub(crate) fn begin(&self) {
        self.lock().values_mut().for_each(|listener| listener.longest = None);
    }

    /// Notes that a listener has connected again.
    pub(crate) fn reconnects(&self, listener: usize) {
        if let Some(listener) = self.lock().get_mut(&listener) {
            listener.has_reconnected = true;
        }
    }

    /// Notes that a listener has received an event.
    pub(crate) fn receives(&self, listener: usize) {
        let now = Instant::now();
        let mut listeners = self.lock();
        let listener = listeners.entry(listener).or_insert(Listener {
            last_event_at: now,
            has_reconnected: false,
            longest: None,
        });
        if std::mem::take(&mut listener.has_reconnected) {
            listener.longest = listener.longest.max(Some(now - listener.last_event_at));
        }
        listener.last_event_at = now;
    }

    /// The number of listeners that have received an event.
    pub(crate) fn listening(&self) -> usize {
        self.lock().len()
    }

    /// Returns the longest gap of each listener that has received an event on a new connection, in order.
    pub(crate) fn measured(&self) -> Vec<Duration> {
        let mut gaps: Vec<Duration> = self.lock().values().filter_map(|listener| listener.longest).collect();
        gaps.sort_unstable();
        gaps
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
