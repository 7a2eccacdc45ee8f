//! One history.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use app::protocol::{ClientFrame, Epoch, ErrorCode, Position, ServerFrame, Span, TopicName};
use tokio::sync::Semaphore;

use super::{
    belief::Belief,
    checks::{Expected, Outcome},
    peer::{Asked, Peer},
    random::Random,
    story::Story,
    wishes::{Wishes, frame},
    world::World,
};
use crate::log::{Answer, Fault, What};

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
    what: What,
    outcome: Outcome,
}

pub(super) struct Run {
    world: World,
    random: Random,
    topic: TopicName,
    epoch: Epoch,
    story: Story,
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
                5..60 => self.calms_down().await,
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

    async fn act(&mut self, nobody_leaves: bool) {
        let client = self.random.below(CLIENTS);
        match self.random.below(100) {
            0..55 => self.asks(client).await,
            55..63 => {
                self.turns(client).await;
            }
            63..67 => tokio::task::yield_now().await,
            67..76 => self.comes(client).await,
            76..84 => self.lies(client).await,
            84..91 => self.looks_back(client).await,
            91..94 if !nobody_leaves => self.leaves(client),
            94..97 => {
                if let Some(peer) = &mut self.clients[client].peer {
                    peer.stalls ^= true;
                }
            }
            _ => self.others_are_read().await,
        }
    }

    /// Somebody asks for an event.
    async fn asks(&mut self, client: usize) {
        let user = self.peer(client).user;
        let (draft, what, first) = self.wishes.next(&mut self.random, &self.story, user);
        let reference = self.next_reference();
        let frame = frame(reference, &self.topic, draft, &what);
        self.tell(|| format!("client {client} asks {reference}: {draft} {what:?}"));
        if self.says(client, reference, Asked::Event, &frame).await {
            let outcome = Outcome { answer: None, draft, user, or_conflict: false, first };
            self.ops.push(Op { reference, what, outcome });
        }
    }

    /// A connection does what comes next, once. Says whether it waits for answers.
    async fn turns(&mut self, client: usize) -> bool {
        let Some(peer) = &mut self.clients[client].peer else { return false };
        if peer.turn(&self.world.chat, &mut self.random).await.is_err() {
            self.leaves(client);
            return false;
        }
        !peer.visitor.answers.is_empty()
    }

    /// Somebody comes, or comes back, and says truly where they are.
    async fn comes(&mut self, client: usize) {
        if self.clients[client].peer.as_ref().is_none_or(|peer| !peer.hears) {
            let since = self.clients[client].belief.as_ref().map(|belief| (true, belief.have));
            self.subscribes(client, since).await;
        }
    }

    /// Somebody says that they are where they are not: in another history, beyond the end, or where they were long ago.
    async fn lies(&mut self, client: usize) {
        let head = self.story.head() as usize;
        let since = match self.random.below(4) {
            0 => Some((false, self.random.below(head + 2) as u64)),
            1 => Some((true, (head + 30 + self.random.below(10)) as u64)),
            2 => Some((true, self.random.below(head + 1) as u64)),
            _ => None,
        };
        self.subscribes(client, since).await;
    }

    async fn subscribes(&mut self, client: usize, since: Option<(bool, u64)>) {
        // What was heard before it began anew would be counted twice.
        if self.peer(client).asked.values().any(|asked| matches!(asked, Asked::Subscribe { .. })) {
            return;
        }
        let (tail, echo) = (self.random.below(7) as u32, !self.random.one_in(5));
        let reference = self.next_reference();
        let epoch = |right| if right { self.epoch.clone() } else { Epoch("another".to_owned()) };
        let position = since.map(|(right, seq)| Position { epoch: epoch(right), seq });
        let frame =
            ClientFrame::Subscribe { reference, topic: self.topic.clone(), since: position, tail, echo };
        self.tell(|| format!("client {client} subscribes since {since:?}, tail {tail}, echo {echo}"));
        self.says(client, reference, Asked::Subscribe { since, echo }, &frame).await;
    }

    async fn looks_back(&mut self, client: usize) {
        let place = self.random.below(self.story.head() as usize + 3) as u64;
        let span =
            [Span::Before(place.max(1)), Span::After(place), Span::Around(place)][self.random.below(3)];
        let limit = 1 + self.random.below(5);
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::History { reference, topic, span, limit: limit as u32 };
        self.says(client, reference, Asked::Past { span, limit }, &frame).await;
    }

    fn leaves(&mut self, client: usize) {
        self.tell(|| format!("client {client} leaves"));
        let Client { peer, belief, .. } = &mut self.clients[client];
        belief.as_mut().map(Belief::cut);
        // What was on its way to it is lost.
        if let Some(mut peer) = peer.take() {
            self.orphans.extend(peer.visitor.answers.drain(..).map(|pending| pending.answer));
        }
    }

    /// Other topics take this one's place in memory.
    async fn others_are_read(&mut self) {
        for other in ["other-1", "other-2"] {
            let _ = self.world.chat.log().tail(&other.parse().unwrap(), 3).await;
        }
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

    /// One more message, with nothing going wrong: whatever was missed before is noticed now.
    async fn calms_down(&mut self) {
        {
            let mut signals = self.world.signals();
            (signals.lost, signals.doubled) = (0, 0);
        }
        self.clients.iter_mut().flat_map(|client| &mut client.peer).for_each(|peer| peer.stalls = false);
        self.settle(None, false).await;
        let before = self.story.head();
        while self.story.head() == before {
            self.asks(0).await;
            self.settle(None, false).await;
        }
        self.unrest = false;
        self.is_calm();
    }

    /// Everything that was asked for is answered; everyone is told what there is to tell; all of it is looked at.
    async fn settle(&mut self, stored_on_failure: Option<bool>, reads_fail: bool) {
        let at_least = self.story.head();
        let reads_at_once = self.random.one_in(12);
        for client in 0..CLIENTS {
            // Hearing while it waits, it would notice an event that comes before its ack.
            while reads_at_once && self.turns(client).await {
                tokio::task::yield_now().await;
            }
            let Some(peer) = &mut self.clients[client].peer else { continue };
            if peer.hears_answers(&self.world.chat).await.is_err() {
                assert!(reads_fail, "a connection ended for nothing");
                self.leaves(client);
            }
        }
        for orphan in std::mem::take(&mut self.orphans) {
            let _ = orphan.await;
        }
        self.world.chat.log().faults().append(None);
        self.world.chat.log().faults().reads(false);
        self.unrest |= stored_on_failure.is_some();
        let outcomes = self.outcomes(stored_on_failure);
        self.look(at_least, &outcomes, reads_fail);
        self.everyone_hears().await;
        self.look(self.story.head(), &outcomes, reads_fail);
        if !self.unrest {
            self.is_calm();
        }
    }

    /// What the model answers to what was asked. What the store failed at was stored or was not.
    fn outcomes(&mut self, stored_on_failure: Option<bool>) -> BTreeMap<u64, Outcome> {
        let failed = |frame: &ServerFrame| match frame {
            ServerFrame::Error { reference, code: ErrorCode::Unavailable, .. } => *reference,
            _ => None,
        };
        let peers = self.clients.iter().flat_map(|client| &client.peer);
        let failed: BTreeSet<u64> = peers.flat_map(|peer| &peer.inbox).filter_map(failed).collect();
        let mut outcomes = BTreeMap::new();
        for Op { reference, what, mut outcome } in std::mem::take(&mut self.ops) {
            let has_failed = failed.contains(&reference);
            assert!(!has_failed || stored_on_failure.is_some(), "{reference} is refused, and nothing failed");
            if !has_failed || stored_on_failure == Some(true) {
                outcome.or_conflict = self.story.may_conflict(outcome.user, outcome.draft, &what);
                let answer = self.story.submit(outcome.user, outcome.draft, &what);
                outcome.answer = Some(answer).filter(|_| !has_failed);
            }
            outcomes.insert(reference, outcome);
        }
        outcomes
    }

    async fn everyone_hears(&mut self) {
        for client in 0..CLIENTS {
            let Some(peer) = self.clients[client].peer.as_mut().filter(|peer| !peer.stalls) else { continue };
            while peer.turn(&self.world.chat, &mut self.random).await.expect("nothing fails now") {}
        }
    }

    fn look(&mut self, at_least: u64, outcomes: &BTreeMap<u64, Outcome>, reads_fail: bool) {
        let expected = Expected { story: &self.story, epoch: &self.epoch, at_least, outcomes, reads_fail };
        for Client { peer, belief, .. } in &mut self.clients {
            if let Some(peer) = peer {
                expected.check(peer, belief);
            }
        }
    }

    /// Whoever hears the topic has heard all of it.
    fn is_calm(&mut self) {
        for Client { peer, belief, .. } in &mut self.clients {
            let hears = peer.as_ref().is_some_and(|peer| peer.hears && !peer.stalls);
            if let Some(belief) = belief.as_mut().filter(|_| hears) {
                belief.is_whole(&self.story);
            }
        }
    }

    fn peer(&mut self, client: usize) -> &mut Peer {
        let Client { user, peer, .. } = &mut self.clients[client];
        peer.get_or_insert_with(|| Peer::enter(&self.world, *user, &self.topic))
    }

    async fn says(&mut self, client: usize, reference: u64, asked: Asked, frame: &ClientFrame) -> bool {
        self.peer(client);
        let Some(peer) = &mut self.clients[client].peer else { return false };
        peer.say(&self.world.chat, reference, asked, frame).await
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
