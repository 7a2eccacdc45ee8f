//! Combines the views of the clients of a cluster: which node is cut off, which texts are gone, and how soon everybody has caught up.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::counters::Counter;

/// Texts that were replaced or removed lately, for which pages are searched.
const MAX_GONE_TEXTS: usize = 100;

pub(crate) struct Observer {
    /// For each node, since when it cannot reach the database, if it cannot.
    cuts: Vec<Mutex<Option<Instant>>>,
    /// Drafts that turned out to be stored although their first ack was lost, and those of them that another node said so of.
    pub(crate) unknown: Counter,
    pub(crate) unknown_elsewhere: Counter,
    /// Drafts that were sent to a node while it could not reach the database.
    pub(crate) sent_in_vain: Counter,
    /// How often wrong hints were sent.
    pub(crate) wrong_hints: Counter,
    /// The topics and first words of texts whose replacement or deletion is acknowledged.
    gone: Mutex<VecDeque<(usize, String)>>,
    copies: AtomicUsize,
    progress: Mutex<Progress>,
}

/// How far the copies of topics are, by their number.
#[derive(Default)]
struct Progress {
    /// The topic and the `seq` of the newest event.
    applied: HashMap<usize, (usize, u64)>,
    /// The last stage that their clients reported.
    stages: HashMap<usize, String>,
    /// The heads that all are to reach, and since when.
    expected: Option<(Vec<u64>, Instant)>,
    times: HashMap<usize, Duration>,
    /// How many events each copy lacked at first.
    lacked: HashMap<usize, u64>,
}

impl Observer {
    pub(crate) fn new(nodes: usize) -> Self {
        Self {
            cuts: (0..nodes).map(|_| Mutex::default()).collect(),
            unknown: Counter::default(),
            unknown_elsewhere: Counter::default(),
            sent_in_vain: Counter::default(),
            wrong_hints: Counter::default(),
            gone: Mutex::default(),
            copies: AtomicUsize::new(0),
            progress: Mutex::default(),
        }
    }

    /// Returns a number for a client's copy of a topic.
    pub(crate) fn register(&self) -> usize {
        self.copies.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes that no byte passes between a node and the database any more, in one direction at least.
    pub(crate) fn cut_off(&self, node: usize) {
        *lock(&self.cuts[node]) = Some(Instant::now());
    }

    /// Notes that bytes are about to pass again.
    pub(crate) fn reconnects(&self, node: usize) {
        *lock(&self.cuts[node]) = None;
    }

    /// Counts a draft if it is about to be sent to a node that is cut off.
    pub(crate) fn sends(&self, node: usize) {
        if lock(&self.cuts[node]).is_some() {
            self.sent_in_vain.increment();
        }
    }

    /// Whether a node has been cut off from a moment before `sent_at` until now, so that it can have stored nothing that was sent
    /// then.
    pub(crate) fn was_cut_off(&self, node: usize, sent_at: Instant) -> bool {
        lock(&self.cuts[node]).is_some_and(|since| since < sent_at)
    }

    /// Counts a draft whose first ack was lost.
    pub(crate) fn was_unknown(&self, elsewhere: bool) {
        self.unknown.increment();
        if elsewhere {
            self.unknown_elsewhere.increment();
        }
    }

    /// Notes that a text must not be shown any more.
    pub(crate) fn text_is_gone(&self, topic: usize, word: String) {
        let mut gone = lock(&self.gone);
        gone.push_back((topic, word));
        if gone.len() > MAX_GONE_TEXTS {
            gone.pop_front();
        }
    }

    /// The first words of texts of a topic that must not be shown.
    pub(crate) fn gone_texts(&self, topic: usize) -> Vec<String> {
        lock(&self.gone).iter().filter(|(of, _)| *of == topic).map(|(_, word)| word.clone()).collect()
    }

    /// Begins to measure how soon every copy of a topic holds what is known now.
    pub(crate) fn expect_heads(&self, heads: Vec<u64>) {
        let mut progress = lock(&self.progress);
        progress.expected = Some((heads.clone(), Instant::now()));
        progress.times.clear();
        progress.lacked.clear();
        let applied = progress.applied.clone();
        applied.into_iter().for_each(|(copy, (topic, seq))| {
            let lacked = heads.get(topic).map_or(0, |head| head.saturating_sub(seq));
            progress.lacked.insert(copy, lacked);
            progress.note(copy, topic, seq);
        });
    }

    /// Returns how many events the copy lacked at first that was the last to catch up. A client that has forgotten everything, and
    /// begins at the start of a long log, lacks all.
    pub(crate) fn lacked_by_slowest(&self) -> Option<u64> {
        let progress = lock(&self.progress);
        let slowest = progress.times.iter().max_by_key(|(_, time)| **time);
        slowest.and_then(|(copy, _)| progress.lacked.get(copy).copied())
    }

    /// Notes how far a copy is.
    pub(crate) fn applied(&self, copy: usize, topic: usize, seq: u64) {
        let mut progress = lock(&self.progress);
        progress.applied.insert(copy, (topic, seq));
        progress.note(copy, topic, seq);
    }

    /// Notes what a copy's client has done.
    pub(crate) fn note(&self, copy: usize, stage: String) {
        lock(&self.progress).stages.insert(copy, stage);
    }

    /// Returns the last reported stage of each copy that has not caught up.
    pub(crate) fn stragglers(&self) -> Vec<String> {
        let progress = lock(&self.progress);
        let is_missing = |(copy, _): &(&usize, &String)| !progress.times.contains_key(copy);
        let missing = progress.stages.iter().filter(is_missing);
        missing.map(|(copy, stage)| format!("{stage}, at {:?}", progress.applied.get(copy))).collect()
    }

    /// Returns the times of the copies that have caught up, in order, and the number of those that have not.
    pub(crate) fn caught_up(&self) -> (Vec<Duration>, usize) {
        let mut times: Vec<_> = lock(&self.progress).times.values().copied().collect();
        times.sort_unstable();
        let missing = self.copies.load(Ordering::Relaxed) - times.len();
        (times, missing)
    }
}

impl Progress {
    fn note(&mut self, copy: usize, topic: usize, seq: u64) {
        if let Some((heads, since)) = &self.expected
            && heads.get(topic).is_some_and(|head| seq >= *head)
        {
            let elapsed = since.elapsed();
            self.times.entry(copy).or_insert(elapsed);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
