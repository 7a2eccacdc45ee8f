//! What clients do.

use app::protocol::{ClientFrame, Epoch, HistoryRange, Position};

use super::{
    super::{client_view::ClientView, expected::ExpectedOutcome, operations::frame, peer::Request},
    CLIENTS, Client, PendingOperation, Run,
};

impl Run {
    pub(super) async fn act(&mut self, may_not_disconnect: bool) {
        let client = self.random.below(CLIENTS);
        match self.random.below(100) {
            0..55 => self.submit_operation(client).await,
            55..63 => {
                self.step_client(client).await;
            }
            63..67 => tokio::task::yield_now().await,
            67..76 => self.connect(client).await,
            76..84 => self.subscribe_at_false_position(client).await,
            84..91 => self.request_history(client).await,
            91..94 if !may_not_disconnect => self.disconnect(client),
            94..97 => {
                if let Some(peer) = &mut self.clients[client].peer {
                    peer.is_stalled ^= true;
                }
            }
            97..98 => self.harness.write_mark().await,
            _ => self.evict_topic_from_cache().await,
        }
    }

    /// Somebody asks for an event.
    pub(super) async fn submit_operation(&mut self, client: usize) {
        let user = self.peer(client).user;
        let (draft, what, first) = self.operations.next(&mut self.random, &self.model, user);
        let reference = self.next_reference();
        let frame = frame(reference, &self.topic, draft, &what);
        self.trace(|| format!("client {client} asks {reference}: {draft} {what:?}"));
        if self.send(client, reference, Request::Event, &frame).await {
            let outcome = ExpectedOutcome { answer: None, draft, user, may_be_conflict: false, first };
            self.pending.push(PendingOperation { reference, what, outcome });
        }
    }

    /// A connection does what comes next, once. Says whether it waits for answers.
    pub(super) async fn step_client(&mut self, client: usize) -> bool {
        let Some(peer) = &mut self.clients[client].peer else { return false };
        if peer.step(&self.harness.chat, &mut self.random).await.is_err() {
            self.disconnect(client);
            return false;
        }
        !peer.client.pending.is_empty()
    }

    /// Somebody comes, or comes back, and says truly where they are.
    pub(super) async fn connect(&mut self, client: usize) {
        if self.clients[client].peer.as_ref().is_none_or(|peer| !peer.is_subscribed) {
            let mut since = self.clients[client].view.as_ref().and_then(ClientView::position);
            // Clients of an earlier time name no event: that is as good while no history was replaced behind their back.
            if !self.replaced && self.random.one_in(4) {
                since.iter_mut().for_each(|since| since.draft = None);
            }
            self.subscribe(client, since).await;
        }
    }

    /// Somebody says that they are where they are not: in another history, beyond the end, on another event, or where they
    /// were long ago.
    pub(super) async fn subscribe_at_false_position(&mut self, client: usize) {
        let head = self.model.head() as usize;
        let position = |seq: usize, draft| Position { epoch: self.epoch.clone(), seq: seq as u64, draft };
        let place = self.random.below(head + 1);
        let there = self.model.draft_at(place as u64);
        let since = match self.random.below(5) {
            0 => Some(Position { epoch: Epoch("another".to_owned()), ..position(place, there) }),
            1 => Some(position(head + 30 + self.random.below(10), there)),
            2 => Some(position(place, there)),
            3 => Some(position(place, self.model.draft_at(self.random.below(head + 1) as u64).or(there))),
            _ => None,
        };
        self.subscribe(client, since).await;
    }

    pub(super) async fn subscribe(&mut self, client: usize, since: Option<Position>) {
        // What was heard before it began anew would be count_pending twice.
        if self.peer(client).requests.values().any(|requests| matches!(requests, Request::Subscribe { .. })) {
            return;
        }
        let (tail, echo) = (self.random.below(7) as u32, !self.random.one_in(5));
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::Subscribe { reference, topic, since: since.clone(), tail, echo };
        self.trace(|| format!("client {client} subscribes since {since:?}, tail {tail}, echo {echo}"));
        self.send(client, reference, Request::Subscribe { since, echo }, &frame).await;
    }

    pub(super) async fn request_history(&mut self, client: usize) {
        let place = self.random.below(self.model.head() as usize + 3) as u64;
        let span =
            [HistoryRange::Before(place.max(1)), HistoryRange::After(place), HistoryRange::Around(place)]
                [self.random.below(3)];
        let limit = 1 + self.random.below(5);
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::History { reference, topic, span, limit: limit as u32 };
        self.send(client, reference, Request::Past { span, limit }, &frame).await;
    }

    pub(super) fn disconnect(&mut self, client: usize) {
        self.trace(|| format!("client {client} leaves"));
        let Client { peer, view, .. } = &mut self.clients[client];
        view.as_mut().map(ClientView::disconnect);
        // What was on its way to it is lost.
        if let Some(mut peer) = peer.take() {
            self.abandoned.extend(peer.client.pending.drain(..).map(|pending| pending.answer));
        }
    }

    /// Other topics take this one's place in memory.
    pub(super) async fn evict_topic_from_cache(&mut self) {
        for other in ["other-1", "other-2"] {
            let _ = self.harness.chat.log().tail(&other.parse().unwrap(), 3).await;
        }
    }

    pub(super) async fn send(
        &mut self,
        client: usize,
        reference: u64,
        request: Request,
        frame: &ClientFrame,
    ) -> bool {
        self.peer(client);
        let Some(peer) = &mut self.clients[client].peer else { return false };
        peer.send(&self.harness.chat, reference, request, frame).await
    }
}
