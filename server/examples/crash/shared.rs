//! State that all clients of a run share.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::protocol::{DraftId, Event, EventIdentity, Position, Timestamp, TopicName};
use tokio::sync::watch;

use crate::connection::RESPONSE_TIMEOUT;

use crate::{
    Violation, counters::Counters, gaps::Gaps, observer::Observer, options::Options, random::Random,
    server_life::ServerLife,
};

/// How long a client of a cluster waits for an answer before it tries another node.
const CLUSTER_RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The phase of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Authors publish and change messages in the topics that are open.
    Load,
    /// Authors wait until their open drafts are answered.
    Settle,
    /// Each topic's log is complete with this `seq`. Clients end once they have received all of it.
    Until(Vec<u64>),
    /// Clients end at once. Drafts may stay open.
    Stop,
}

/// The acknowledged drafts of a history: the index of the topic and the `seq` of each.
pub(crate) type Acks = HashMap<DraftId, (usize, u64)>;

pub(crate) struct Shared {
    /// Where clients reach the servers, by their number: one, or the nodes of a cluster.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) topics: Vec<TopicName>,
    /// Copies of the database are restored.
    pub(crate) has_restores: bool,
    /// Listeners never stall, leave or forget, so each gap is that of a server which is replaced.
    pub(crate) has_steady_listeners: bool,
    /// Positions name the time of their event.
    has_times: bool,
    /// Authors, too, must catch up soon after the faults of a cluster.
    pub(crate) judges_authors: bool,
    /// The `seq` of events that clients know of never begins anew.
    has_one_history: bool,
    /// The number of topics in which authors write. The others come later in the run.
    open_topics: AtomicUsize,
    pub(crate) phase: watch::Sender<Phase>,
    pub(crate) counters: Counters,
    pub(crate) server: ServerLife,
    /// The clients' knowledge of the nodes of a cluster.
    pub(crate) observer: Observer,
    pub(crate) gaps: Gaps,
    acks: Mutex<Acks>,
    /// The newest `seq` of each topic that a client knows of in the present history.
    newest: Vec<AtomicU64>,
}

impl Shared {
    pub(crate) fn new(addresses: Vec<SocketAddr>, options: &Options) -> Self {
        let topics = usize::from(options.topics);
        let topic = |n| format!("crash-{}-{n}", Random::fresh_word()).parse().expect("a topic");
        Self {
            observer: Observer::new(addresses.len()),
            addresses,
            topics: (0..topics).map(topic).collect(),
            has_restores: options.restores,
            has_steady_listeners: options.upgrade.is_some(),
            has_times: !options.positions_without_time,
            judges_authors: options.authors_too,
            has_one_history: !options.restores && !options.moves,
            open_topics: AtomicUsize::new(1),
            phase: watch::Sender::new(Phase::Load),
            counters: Counters::default(),
            server: ServerLife::new(options),
            gaps: Gaps::default(),
            acks: Mutex::default(),
            newest: (0..topics).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(crate) fn open_topics(&self) -> usize {
        self.open_topics.load(Ordering::Relaxed)
    }

    /// Opens topics until there are `count`; more than all means all.
    pub(crate) fn open_up_to(&self, count: usize) {
        self.open_topics.fetch_max(count.min(self.topics.len()), Ordering::Relaxed);
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    pub(crate) fn is_loading(&self) -> bool {
        *self.phase.borrow() == Phase::Load
    }

    /// There are several servers, which may be out of reach.
    pub(crate) fn is_cluster(&self) -> bool {
        self.addresses.len() > 1
    }

    /// Chooses the server that a client connects to next.
    pub(crate) fn choose_node(&self, random: &mut Random) -> usize {
        random.below(self.addresses.len() as u64) as usize
    }

    /// Returns a position as clients send and compare it.
    pub(crate) fn position(&self, position: Position) -> Position {
        if self.has_times { position } else { Position { at: None, ..position } }
    }

    /// Returns the identity of the event that a server has named. An older one names no time; none is sent back to it either.
    pub(crate) fn identity(&self, draft: Option<DraftId>, at: Option<Timestamp>) -> Option<EventIdentity> {
        let at = if self.has_times { at } else { Some(at.unwrap_or(Timestamp(0))) };
        draft.zip(at).map(|(draft, at)| EventIdentity { draft, at })
    }

    /// How long a client waits for a server before it tries another, or gives up.
    pub(crate) fn response_timeout(&self) -> Duration {
        if self.is_cluster() { CLUSTER_RESPONSE_TIMEOUT } else { RESPONSE_TIMEOUT }
    }

    /// The most drafts of one author in one topic that wait for their answer at the same time. The nodes of a cluster compete for the
    /// topics, and on a busy machine large transactions would not end in time.
    pub(crate) fn max_open_drafts(&self) -> usize {
        if self.is_cluster() { 3 } else { 8 }
    }

    /// Chooses how long a client of a cluster waits after `unavailable`, so that retries do not become a load of their own.
    pub(crate) fn retry_interval(&self, random: &mut Random) -> Duration {
        if self.is_cluster() { random.millis(100..=600) } else { Duration::ZERO }
    }

    /// The acks that clients have received in the present history.
    pub(crate) fn acks(&self) -> MutexGuard<'_, Acks> {
        self.acks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an ack.
    pub(crate) fn acked(&self, draft: DraftId, topic: usize, seq: u64) {
        self.acks().insert(draft, (topic, seq));
        self.newest[topic].fetch_max(seq, Ordering::SeqCst);
    }

    /// Replaces the history by a restored one with these acks and heads.
    pub(crate) fn restored(&self, acks: Acks, heads: impl Iterator<Item = u64>) {
        *self.acks() = acks;
        self.newest.iter().zip(heads).for_each(|(newest, head)| newest.store(head, Ordering::Relaxed));
    }

    /// The `seq` up to which a topic has grown, as far as clients know.
    pub(crate) fn newest(&self, topic: usize) -> u64 {
        self.newest[topic].load(Ordering::SeqCst)
    }

    /// That of all topics.
    pub(crate) fn heads(&self) -> Vec<u64> {
        (0..self.topics.len()).map(|topic| self.newest(topic)).collect()
    }

    /// A `seq` that a draft must exceed which is sent from now on, since somebody knows of that event; 0 if none is known.
    pub(crate) fn floor(&self, topic: usize) -> u64 {
        if self.has_one_history { self.newest(topic) } else { 0 }
    }

    /// Notes an event that a client received, and checks its time.
    pub(crate) fn received(&self, topic: usize, event: &Event) -> Result<(), Violation> {
        self.counters.received.increment();
        self.newest[topic].fetch_max(event.seq, Ordering::SeqCst);
        self.server.check_time(event)
    }
}
