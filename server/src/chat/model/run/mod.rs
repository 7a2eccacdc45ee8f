//! One random history.

mod actions;
mod assertions;
mod http;
mod restores;
mod streams;

use std::sync::Arc;

use app::protocol::{Epoch, TopicName};
use testing::Random;
use tokio::sync::Semaphore;

use super::{
    client_view::ClientView,
    expected::ExpectedOutcome,
    harness::Harness,
    http_client::{HttpClient, HttpReply},
    model_log::ModelLog,
    operations::Operations,
    peer::ModelPeer,
    stream_reader::StreamReader,
};
use crate::{
    event_log::{Fault, PendingReceipt, Receipt},
    rights::Readable,
};
use http::ReceivedRead;
use restores::ModelBackup;

/// More clients than people, so some people have several.
const CLIENTS: usize = 6;
const PEOPLE: usize = 4;
/// Readers of event streams. Each topic has several.
const READERS: usize = 4;
const STEPS: usize = 24;
pub(super) const TOPICS: usize = 2;
/// Polls of a request that is not dropped.
const TO_THE_END: u64 = u64::MAX;

/// A topic and what its log must be.
#[derive(Clone)]
pub(super) struct ModelTopic {
    pub(super) name: TopicName,
    pub(super) model: ModelLog,
}

impl ModelTopic {
    pub(super) fn readable(&self) -> Readable {
        Readable::unchecked(self.name.clone())
    }
}

/// A client, connected or not, with a view of each topic.
struct Client {
    user: u128,
    peer: Option<ModelPeer>,
    views: [Option<ClientView>; TOPICS],
}

struct PendingOperation {
    reference: u64,
    outcome: ExpectedOutcome,
    reply: ReplyChannel,
}

/// How the reply to a request for an event arrives.
enum ReplyChannel {
    /// As a frame of this client's connection.
    Frame(usize),
    /// It was an HTTP response.
    Http(HttpReply<Receipt>),
    /// Not at all, since the request was dropped: its event may be stored.
    Dropped,
}

pub(super) struct Run {
    harness: Harness,
    random: Random,
    topics: [ModelTopic; TOPICS],
    epoch: Epoch,
    backup: Option<ModelBackup>,
    /// Whether a history was replaced without a new epoch.
    is_replaced: bool,
    operations: Operations,
    clients: Vec<Client>,
    readers: Vec<StreamReader>,
    http: HttpClient,
    /// Replies of this step's reads over HTTP.
    http_reads: Vec<ReceivedRead>,
    /// This step's requests, in order.
    pending: Vec<PendingOperation>,
    /// Replies that no connection waits for any more.
    abandoned: Vec<PendingReceipt>,
    reference: u64,
    /// Whether a commit failed or a notification was lost, so that clients may lack events until the next one.
    is_disturbed: bool,
    /// Whether commits of this step may fail.
    has_fault: bool,
    /// Whether the reads of this step fail.
    reads_fail: bool,
    is_verbose: bool,
}

impl Run {
    pub(super) async fn new(harness: Harness, seed: u64, is_verbose: bool) -> Self {
        harness.seed(seed);
        let max_reactions = harness.settings.limits.max_reactions as usize;
        let topics = ["t", "u"].map(|name| ModelTopic {
            name: format!("{name}{seed}").parse().unwrap(),
            model: ModelLog::new(max_reactions),
        });
        let epoch = harness.chat.log().tail(&topics[0].readable(), 0).await.unwrap().epoch;
        let client = |n| Client { user: 1 + (n % PEOPLE) as u128, peer: None, views: Default::default() };
        let http = HttpClient::begin(&harness.router).await;
        Self {
            harness,
            random: Random::new(seed),
            topics,
            epoch,
            backup: None,
            is_replaced: false,
            operations: Operations::default(),
            clients: (0..CLIENTS).map(client).collect(),
            readers: (0..READERS).map(|n| StreamReader::new(n % TOPICS)).collect(),
            http,
            http_reads: Vec::new(),
            pending: Vec::new(),
            abandoned: Vec::new(),
            reference: 0,
            is_disturbed: false,
            has_fault: false,
            reads_fail: false,
            is_verbose,
        }
    }

    /// Runs all steps, and asserts at the end that all clients have converged and leave nothing behind.
    pub(super) async fn run_to_end(mut self) -> Harness {
        for _ in 0..STEPS {
            match self.random.below(400) {
                0 => self.overload_queue().await,
                1..5 => self = self.restart().await,
                5..11 => self.back_up().await,
                11..23 => self = self.restore().await,
                23..78 => self.quiesce().await,
                _ => self.step().await,
            }
        }
        for topic in 0..TOPICS {
            for client in 0..CLIENTS {
                self.connect(client, topic).await;
            }
        }
        for reader in 0..READERS {
            self.open_stream(reader, TO_THE_END).await;
        }
        self.quiesce().await;
        self.disconnect_all();
        self.settle(None).await;
        self.harness.assert_idle().await;
        self.harness
    }

    /// Runs a few actions, with an injected fault now and then, and checks their outcome.
    async fn step(&mut self) {
        let fault = match self.random.below(40) {
            0 => Some((Fault::FailBefore, false)),
            1 => Some((Fault::FailAfter, true)),
            2 => Some((Fault::PanicBefore, false)),
            3 => Some((Fault::PanicAfter, true)),
            _ => None,
        };
        let reads_fail = fault.is_none() && self.random.one_in(12);
        let stored = fault.as_ref().map(|(_, stored)| *stored);
        self.has_fault = fault.is_some();
        self.reads_fail = reads_fail;
        if reads_fail {
            self.readers.iter_mut().for_each(StreamReader::reads_fail);
        }
        self.harness.chat.log().faults().append(fault.map(|(fault, _)| fault));
        self.harness.chat.log().faults().reads(reads_fail);
        self.disturb_signals();
        self.trace(|| format!("fault: {stored:?}, reads fail: {reads_fail}"));
        for _ in 0..=self.random.below(5) {
            self.act().await;
        }
        self.settle(stored).await;
    }

    fn disturb_signals(&mut self) {
        let (lost, doubled) = match self.random.below(10) {
            0 => (2, 0),
            1 => (0, 2),
            2 => (3, 2),
            _ => (0, 0),
        };
        self.is_disturbed |= lost > 0;
        let mut signals = self.harness.signals();
        (signals.lost, signals.doubled) = (lost, doubled);
    }

    /// Sends more requests than the queue holds while a commit hangs: the surplus is refused and not stored.
    async fn overload_queue(&mut self) {
        let until = Arc::new(Semaphore::new(0));
        self.harness.chat.log().faults().append(Some(Fault::Hold(Arc::clone(&until))));
        // The first client alone exceeds the limit of one connection.
        for n in 0..7 * CLIENTS {
            self.submit_operation(if n < 8 { 0 } else { n % CLIENTS }, TO_THE_END).await;
        }
        let limits = &self.harness.settings.limits;
        // One hanging batch and one full queue.
        let max_pending = 2 * limits.commit_queue;
        let pending =
            self.clients.iter().flat_map(|client| &client.peer).map(|peer| peer.client.pending.len());
        let pending: usize = pending.sum();
        assert!(pending <= max_pending, "{pending} are under way, and {max_pending} may be");
        until.add_permits(1);
        self.settle(Some(false)).await;
    }

    async fn restart(mut self) -> Self {
        self.trace(|| "restart".to_owned());
        for _ in 0..self.random.below(4) {
            let client = self.random.below(CLIENTS);
            self.submit_operation(client, TO_THE_END).await;
        }
        self.disconnect_all();
        self.harness = self.harness.restart().await;
        self.is_disturbed = false;
        self.settle(None).await;
        self
    }

    /// Ends all connections and event streams.
    fn disconnect_all(&mut self) {
        (0..CLIENTS).for_each(|client| self.disconnect(client));
        self.readers.iter_mut().for_each(StreamReader::close);
    }

    fn peer(&mut self, client: usize) -> &mut ModelPeer {
        let Client { user, peer, .. } = &mut self.clients[client];
        peer.get_or_insert_with(|| ModelPeer::enter(&self.harness, *user, &self.topics[0].name))
    }

    /// Returns a topic, more often the first one.
    fn random_topic(&mut self) -> usize {
        self.random.below(TOPICS + 1) % TOPICS
    }

    fn heads(&self) -> [u64; TOPICS] {
        self.topics.each_ref().map(|topic| topic.model.head())
    }

    /// Returns after how many polls a request is dropped.
    fn polls(&mut self) -> u64 {
        if self.random.one_in(5) { 1 + self.random.below(12) as u64 } else { TO_THE_END }
    }

    fn next_reference(&mut self) -> u64 {
        self.reference += 1;
        self.reference
    }

    fn trace(&self, message: impl Fn() -> String) {
        if self.is_verbose {
            eprintln!("{:?} events; {}", self.heads(), message());
        }
    }
}
