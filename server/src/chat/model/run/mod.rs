//! One history.

mod deeds;
mod looks;
mod restores;

use std::sync::Arc;

use app::protocol::{Epoch, TopicName};
use testing::Random;
use tokio::sync::Semaphore;

use super::{belief::Belief, checks::Outcome, peer::Peer, story::Story, wishes::Wishes, world::World};
use crate::event_log::{Action, Answer, Fault};
use restores::Backup;

/// Clients, and people: some have more than one.
const CLIENTS: usize = 6;
const PEOPLE: usize = 4;
const STEPS: usize = 24;

/// One client, connected or not.
struct Client {
    user: u128,
    peer: Option<Peer>,
    belief: Option<Belief>,
}

/// A request for an event.
struct Op {
    reference: u64,
    what: Action,
    outcome: Outcome,
}

pub(super) struct Run {
    world: World,
    random: Random,
    topic: TopicName,
    epoch: Epoch,
    story: Story,
    /// A copy of the database, and what the log was then.
    backup: Option<Backup>,
    /// A history was replaced and its epoch was not.
    replaced: bool,
    wishes: Wishes,
    clients: Vec<Client>,
    /// Asked for in this step, in their order.
    ops: Vec<Op>,
    /// Answers that nobody waits for any more.
    orphans: Vec<Answer>,
    reference: u64,
    /// The store failed, or a signal was lost: not everyone can know of everything yet.
    unrest: bool,
    tells: bool,
}

impl Run {
    pub(super) async fn new(world: World, seed: u64, tells: bool) -> Self {
        world.seed(seed);
        let topic: TopicName = format!("t{seed}").parse().unwrap();
        let epoch = world.chat.log().tail(&topic, 0).await.unwrap().epoch;
        let clients = (0..CLIENTS)
            .map(|n| Client { user: 1 + (n % PEOPLE) as u128, peer: None, belief: None })
            .collect();
        let max_reactions = world.settings.limits.max_reactions as usize;
        Self {
            world,
            random: Random::new(seed),
            topic,
            epoch,
            story: Story::new(max_reactions),
            backup: None,
            replaced: false,
            wishes: Wishes::default(),
            clients,
            ops: Vec::new(),
            orphans: Vec::new(),
            reference: 0,
            unrest: false,
            tells,
        }
    }

    /// All its steps; at the end everyone hears everything.
    pub(super) async fn ends(mut self) -> World {
        for _ in 0..STEPS {
            match self.random.below(400) {
                0 => self.everyone_speaks_at_once().await,
                1..5 => self = self.restarts().await,
                5..11 => self.backs_up().await,
                11..23 => self = self.restores().await,
                23..78 => self.calms_down().await,
                _ => self.step().await,
            }
        }
        for client in 0..CLIENTS {
            self.comes(client).await;
        }
        self.calms_down().await;
        self.world
    }

    /// Some things happen before anybody looks.
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
        self.world.chat.log().faults().append(fault.map(|(fault, _)| fault));
        self.world.chat.log().faults().reads(reads_fail);
        self.spoil_signals();
        self.tell(|| format!("fault: {stored:?}, reads fail: {reads_fail}"));
        for _ in 0..=self.random.below(5) {
            self.act(stored.is_some()).await;
        }
        self.settle(stored, reads_fail).await;
    }

    fn spoil_signals(&mut self) {
        let (lost, doubled) = match self.random.below(10) {
            0 => (2, 0),
            1 => (0, 2),
            2 => (3, 2),
            _ => (0, 0),
        };
        self.unrest |= lost > 0;
        let mut signals = self.world.signals();
        (signals.lost, signals.doubled) = (lost, doubled);
    }

    /// More than the queue holds, while the disk is stuck: what is too much is refused, and was not stored.
    async fn everyone_speaks_at_once(&mut self) {
        let until = Arc::new(Semaphore::new(0));
        self.world.chat.log().faults().append(Some(Fault::Hold(Arc::clone(&until))));
        // One of them by itself says more than one connection may have under way.
        for n in 0..7 * CLIENTS {
            self.asks(if n < 8 { 0 } else { n % CLIENTS }).await;
        }
        let limits = &self.world.settings.limits;
        // One batch is stuck, one queue is full.
        let most = 2 * limits.commit_queue;
        let under_way =
            self.clients.iter().flat_map(|client| &client.peer).map(|peer| peer.visitor.answers.len());
        let under_way: usize = under_way.sum();
        assert!(under_way <= most, "{under_way} are under way, and {most} may be");
        until.add_permits(1);
        self.settle(Some(false), false).await;
    }

    async fn restarts(mut self) -> Self {
        self.tell(|| "restart".to_owned());
        for _ in 0..self.random.below(4) {
            let client = self.random.below(CLIENTS);
            self.asks(client).await;
        }
        (0..CLIENTS).for_each(|client| self.leaves(client));
        self.world = self.world.restart().await;
        self.unrest = false;
        self.settle(None, false).await;
        self
    }

    fn peer(&mut self, client: usize) -> &mut Peer {
        let Client { user, peer, .. } = &mut self.clients[client];
        peer.get_or_insert_with(|| Peer::enter(&self.world, *user, &self.topic))
    }

    fn next_reference(&mut self) -> u64 {
        self.reference += 1;
        self.reference
    }

    fn tell(&self, what: impl Fn() -> String) {
        if self.tells {
            eprintln!("{} events; {}", self.story.head(), what());
        }
    }
}
