//! What clients do.

use app::protocol::{ClientFrame, Epoch, HistoryRange, Position};

use super::{
    super::{belief::Belief, checks::Outcome, peer::Asked, wishes::frame},
    CLIENTS, Client, Op, Run,
};

impl Run {
    pub(super) async fn act(&mut self, nobody_leaves: bool) {
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
            97..98 => self.world.marks().await,
            _ => self.others_are_read().await,
        }
    }

    /// Somebody asks for an event.
    pub(super) async fn asks(&mut self, client: usize) {
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
    pub(super) async fn turns(&mut self, client: usize) -> bool {
        let Some(peer) = &mut self.clients[client].peer else { return false };
        if peer.turn(&self.world.chat, &mut self.random).await.is_err() {
            self.leaves(client);
            return false;
        }
        !peer.visitor.answers.is_empty()
    }

    /// Somebody comes, or comes back, and says truly where they are.
    pub(super) async fn comes(&mut self, client: usize) {
        if self.clients[client].peer.as_ref().is_none_or(|peer| !peer.hears) {
            let mut since = self.clients[client].belief.as_ref().and_then(Belief::position);
            // Clients of an earlier time name no event: that is as good while no history was replaced behind their back.
            if !self.replaced && self.random.one_in(4) {
                since.iter_mut().for_each(|since| since.draft = None);
            }
            self.subscribes(client, since).await;
        }
    }

    /// Somebody says that they are where they are not: in another history, beyond the end, on another event, or where they
    /// were long ago.
    pub(super) async fn lies(&mut self, client: usize) {
        let head = self.story.head() as usize;
        let position = |seq: usize, draft| Position { epoch: self.epoch.clone(), seq: seq as u64, draft };
        let place = self.random.below(head + 1);
        let there = self.story.draft_at(place as u64);
        let since = match self.random.below(5) {
            0 => Some(Position { epoch: Epoch("another".to_owned()), ..position(place, there) }),
            1 => Some(position(head + 30 + self.random.below(10), there)),
            2 => Some(position(place, there)),
            3 => Some(position(place, self.story.draft_at(self.random.below(head + 1) as u64).or(there))),
            _ => None,
        };
        self.subscribes(client, since).await;
    }

    pub(super) async fn subscribes(&mut self, client: usize, since: Option<Position>) {
        // What was heard before it began anew would be counted twice.
        if self.peer(client).asked.values().any(|asked| matches!(asked, Asked::Subscribe { .. })) {
            return;
        }
        let (tail, echo) = (self.random.below(7) as u32, !self.random.one_in(5));
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::Subscribe { reference, topic, since: since.clone(), tail, echo };
        self.tell(|| format!("client {client} subscribes since {since:?}, tail {tail}, echo {echo}"));
        self.says(client, reference, Asked::Subscribe { since, echo }, &frame).await;
    }

    pub(super) async fn looks_back(&mut self, client: usize) {
        let place = self.random.below(self.story.head() as usize + 3) as u64;
        let span =
            [HistoryRange::Before(place.max(1)), HistoryRange::After(place), HistoryRange::Around(place)]
                [self.random.below(3)];
        let limit = 1 + self.random.below(5);
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::History { reference, topic, span, limit: limit as u32 };
        self.says(client, reference, Asked::Past { span, limit }, &frame).await;
    }

    pub(super) fn leaves(&mut self, client: usize) {
        self.tell(|| format!("client {client} leaves"));
        let Client { peer, belief, .. } = &mut self.clients[client];
        belief.as_mut().map(Belief::cut);
        // What was on its way to it is lost.
        if let Some(mut peer) = peer.take() {
            self.orphans.extend(peer.visitor.answers.drain(..).map(|pending| pending.answer));
        }
    }

    /// Other topics take this one's place in memory.
    pub(super) async fn others_are_read(&mut self) {
        for other in ["other-1", "other-2"] {
            let _ = self.world.chat.log().tail(&other.parse().unwrap(), 3).await;
        }
    }

    pub(super) async fn says(
        &mut self,
        client: usize,
        reference: u64,
        asked: Asked,
        frame: &ClientFrame,
    ) -> bool {
        self.peer(client);
        let Some(peer) = &mut self.clients[client].peer else { return false };
        peer.say(&self.world.chat, reference, asked, frame).await
    }
}
