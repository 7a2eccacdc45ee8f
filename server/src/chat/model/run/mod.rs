//! One random history.

mod actions;
mod assertions;
mod restores;

use std::sync::Arc;

use app::protocol::{Action, Epoch, TopicName};
use testing::Random;
use tokio::sync::Semaphore;

use super::{
    client_view::ClientView, expected::ExpectedOutcome, harness::Harness, model_log::ModelLog,
    operations::Operations, peer::ModelPeer,
};
use crate::event_log::{Fault, PendingReceipt};
use restores::Backup;

/// More clients than people, so some people have several.
const CLIENTS: usize = 6;
const PEOPLE: usize = 4;
const STEPS: usize = 24;

/// A client, connected or not.
struct Client {
    user: u128,
    peer: Option<ModelPeer>,
    view: Option<ClientView>,
}

struct PendingOperation {
    reference: u64,
    action: Action,
    outcome: ExpectedOutcome,
}

pub(super) struct Run {
    harness: Harness,
    random: Random,
    topic: TopicName,
    epoch: Epoch,
    model: ModelLog,
    backup: Option<Backup>,
    /// Whether a history was replaced without a new epoch.
    is_replaced: bool,
    operations: Operations,
    clients: Vec<Client>,
    /// This step's requests, in order.
    pending: Vec<PendingOperation>,
    /// Replies that no connection waits for any more.
    abandoned: Vec<PendingReceipt>,
    reference: u64,
    /// Whether a commit failed or a notification was lost, so that clients may lack events until the next one.
    is_disturbed: bool,
    is_verbose: bool,
}

impl Run {
    pub(super) async fn new(harness: Harness, seed: u64, is_verbose: bool) -> Self {
        harness.seed(seed);
        let topic: TopicName = format!("t{seed}").parse().unwrap();
        let epoch = harness.chat.log().tail(&topic, 0).await.unwrap().epoch;
        let clients =
            (0..CLIENTS).map(|n| Client { user: 1 + (n % PEOPLE) as u128, peer: None, view: None }).collect();
        let max_reactions = harness.settings.limits.max_reactions as usize;
        Self {
            harness,
            random: Random::new(seed),
            topic,
            epoch,
            model: ModelLog::new(max_reactions),
            backup: None,
            is_replaced: false,
            operations: Operations::default(),
            clients,
            pending: Vec::new(),
            abandoned: Vec::new(),
            reference: 0,
            is_disturbed: false,
            is_verbose,
        }
    }

    /// Runs all steps, and asserts at the end that all clients have converged.
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
        for client in 0..CLIENTS {
            self.connect(client).await;
        }
        self.quiesce().await;
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
        self.harness.chat.log().faults().append(fault.map(|(fault, _)| fault));
        self.harness.chat.log().faults().reads(reads_fail);
        self.disturb_signals();
        self.trace(|| format!("fault: {stored:?}, reads fail: {reads_fail}"));
        for _ in 0..=self.random.below(5) {
            self.act(stored.is_some()).await;
        }
        self.settle(stored, reads_fail).await;
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
            self.submit_operation(if n < 8 { 0 } else { n % CLIENTS }).await;
        }
        let limits = &self.harness.settings.limits;
        // One hanging batch and one full queue.
        let max_pending = 2 * limits.commit_queue;
        let pending =
            self.clients.iter().flat_map(|client| &client.peer).map(|peer| peer.client.pending.len());
        let pending: usize = pending.sum();
        assert!(pending <= max_pending, "{pending} are under way, and {max_pending} may be");
        until.add_permits(1);
        self.settle(Some(false), false).await;
    }

    async fn restart(mut self) -> Self {
        self.trace(|| "restart".to_owned());
        for _ in 0..self.random.below(4) {
            let client = self.random.below(CLIENTS);
            self.submit_operation(client).await;
        }
        (0..CLIENTS).for_each(|client| self.disconnect(client));
        self.harness = self.harness.restart().await;
        self.is_disturbed = false;
        self.settle(None, false).await;
        self
    }

    fn peer(&mut self, client: usize) -> &mut ModelPeer {
        let Client { user, peer, .. } = &mut self.clients[client];
        peer.get_or_insert_with(|| ModelPeer::enter(&self.harness, *user, &self.topic))
    }

    fn next_reference(&mut self) -> u64 {
        self.reference += 1;
        self.reference
    }

    fn trace(&self, message: impl Fn() -> String) {
        if self.is_verbose {
            eprintln!("{} events; {}", self.model.head(), message());
        }
    }
}
