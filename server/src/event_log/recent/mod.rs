//! The newest events of the topics in use, in memory: a thousand clients that come back at once are one read.
//!
//! The committer tells of each event before the hub does, so whoever has asked the hub first misses nothing here.

mod window;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use app::protocol::{DraftId, Event, TopicName};
use sea_orm::DbErr;
use tokio::sync::OnceCell;

use super::{Page, store::Store};
use window::Window;

/// Bytes of text that the newest events of one topic may take; fewer events are kept of a topic with long ones.
const TOPIC_BYTES: usize = 256 * 1_024;

/// The newest events of some topics; cheap to clone.
#[derive(Clone)]
pub(super) struct Recent {
    topics: Arc<Mutex<HashMap<TopicName, Arc<Place>>>>,
    /// Counts uses, to tell which topic was not used for longest.
    clock: Arc<AtomicU64>,
    max_topics: usize,
    max_events: usize,
}

/// A topic's place in memory, loaded once by whoever comes first.
#[derive(Default)]
struct Place {
    loading: OnceCell<()>,
    state: Mutex<State>,
    used: AtomicU64,
}

#[derive(Default)]
struct State {
    /// None until it was read.
    window: Option<Window>,
    /// What was committed meanwhile.
    early: Vec<Event>,
    /// It missed something: nothing here holds.
    broken: bool,
}

impl Recent {
    pub(super) fn new(max_topics: usize, max_events: usize) -> Self {
        Self { topics: Arc::default(), clock: Arc::default(), max_topics, max_events }
    }

    /// The oldest events after a position, when they are here; in any case the topic's head.
    pub(super) async fn since(
        &self,
        store: &Store,
        topic: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Result<Page, u64>, DbErr> {
        self.read(store, topic, |window| window.since(after, count as usize).ok_or(window.head())).await
    }

    /// The newest messages, when they are here; in any case the topic's head.
    pub(super) async fn tail(
        &self,
        store: &Store,
        topic: &TopicName,
        count: u64,
    ) -> Result<Result<Page, u64>, DbErr> {
        self.read(store, topic, |window| window.tail(count as usize).ok_or(window.head())).await
    }

    /// The draft of an event that is here. A place of the log never changes, so nothing is loaded for it.
    pub(super) fn draft_at(&self, topic: &TopicName, seq: u64) -> Option<DraftId> {
        let place = lock(&self.topics).get(topic).map(Arc::clone)?;
        let state = lock(&place.state);
        state.window.as_ref().filter(|_| !state.broken)?.draft_at(seq)
    }

    /// Takes in events of a topic that were committed.
    pub(super) fn committed(&self, topic: &TopicName, events: &[Event]) {
        let Some(place) = lock(&self.topics).get(topic).map(Arc::clone) else { return };
        let mut state = lock(&place.state);
        let whole = match &mut state.window {
            Some(window) => events.iter().all(|event| window.push(event)),
            None => {
                state.early.extend_from_slice(events);
                // Who loads that long reads anew.
                state.early.len() <= self.max_events
            }
        };
        if !whole {
            state.broken = true;
            drop(state);
            self.forget(topic);
        }
    }

    /// What is here of a topic may no longer be the newest.
    pub(super) fn forget(&self, topic: &TopicName) {
        lock(&self.topics).remove(topic);
    }

    async fn read<T>(
        &self,
        store: &Store,
        topic: &TopicName,
        read: impl Fn(&Window) -> T,
    ) -> Result<T, DbErr> {
        // Another process may have written what nobody told here.
        let head = if store.is_shared() { store.head(topic).await? } else { 0 };
        loop {
            let place = self.place(topic);
            let loading = self.load(store, topic, &place);
            place.loading.get_or_try_init(|| loading).await?;
            let state = lock(&place.state);
            match (&state.window, state.broken) {
                (Some(window), false) if window.head() >= head => return Ok(read(window)),
                (Some(_), false) => self.forget(topic),
                _ => {}
            }
        }
    }

    async fn load(&self, store: &Store, topic: &TopicName, place: &Place) -> Result<(), DbErr> {
        let page = store.newest(topic, self.max_events as u64).await?;
        let mut state = lock(&place.state);
        let mut window = Window::new(page, self.max_events, TOPIC_BYTES);
        let early = std::mem::take(&mut state.early);
        state.broken |= !early.iter().all(|event| window.push(event));
        state.window = Some(window);
        let broken = state.broken;
        drop(state);
        if broken {
            self.forget(topic);
        }
        Ok(())
    }

    fn place(&self, topic: &TopicName) -> Arc<Place> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut topics = lock(&self.topics);
        if !topics.contains_key(topic) && topics.len() >= self.max_topics {
            let oldest = topics.iter().min_by_key(|(_, place)| place.used.load(Ordering::Relaxed));
            if let Some(oldest) = oldest.map(|(topic, _)| topic.clone()) {
                topics.remove(&oldest);
            }
        }
        let place = Arc::clone(topics.entry(topic.clone()).or_default());
        place.used.store(now, Ordering::Relaxed);
        place
    }
}

/// A lock that outlives a panic of its holder: no critical section here leaves its data half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
