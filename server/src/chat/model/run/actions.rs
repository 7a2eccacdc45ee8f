//! The random actions of clients.

use app::protocol::{ActionFrame, ClientFrame, Epoch, HistoryRange, Position};

use super::{
    super::{client_view::ClientView, expected::ExpectedOutcome, peer::PeerRequest},
    CLIENTS, Client, PendingOperation, Run,
};

impl Run {
    pub(super) async fn act(&mut self, all_must_stay_connected: bool) {
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
            91..94 if !all_must_stay_connected => self.disconnect(client),
            94..97 => {
                if let Some(peer) = &mut self.clients[client].peer {
                    peer.is_stalled ^= true;
                }
            }
            97..98 => self.harness.write_mark().await,
            _ => self.evict_topic_from_cache().await,
        }
    }

    /// Sends a request for an event.
    pub(super) async fn submit_operation(&mut self, client: usize) {
        let user = self.peer(client).user;
        let (draft, action, is_first_try) = self.operations.next(&mut self.random, &self.model, user);
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ActionFrame { reference, topic, draft, action: action.clone() }.into();
        self.trace(|| format!("client {client} requests {reference}: {draft} {action:?}"));
        if self.send(client, reference, PeerRequest::Event, &frame).await {
            let outcome = ExpectedOutcome { reply: None, draft, user, may_be_conflict: false, is_first_try };
            self.pending.push(PendingOperation { reference, action, outcome });
        }
    }

    /// Runs one step of a connection. Returns whether it waits for replies.
    pub(super) async fn step_client(&mut self, client: usize) -> bool {
        let Some(peer) = &mut self.clients[client].peer else { return false };
        if peer.step(&self.harness.chat, &mut self.random).await.is_err() {
            self.disconnect(client);
            return false;
        }
        !peer.client.pending.is_empty()
    }

    /// Connects if not subscribed, and resumes at the client's true position.
    pub(super) async fn connect(&mut self, client: usize) {
        if self.clients[client].peer.as_ref().is_none_or(|peer| !peer.is_subscribed) {
            let mut since = self.clients[client].view.as_ref().and_then(ClientView::position);
            // Positions of older clients have no draft. They are safe unless a history was replaced within one epoch.
            if !self.is_replaced && self.random.one_in(4) {
                since.iter_mut().for_each(|since| since.draft = None);
            }
            self.subscribe(client, since).await;
        }
    }

    /// Subscribes at a false position: of another history, beyond the head, with another event's draft, or long ago.
    pub(super) async fn subscribe_at_false_position(&mut self, client: usize) {
        let head = self.model.head() as usize;
        let position = |seq: usize, draft| Position { epoch: self.epoch.clone(), seq: seq as u64, draft };
        let seq = self.random.below(head + 1);
        let draft = self.model.draft_at(seq as u64);
        let since = match self.random.below(5) {
            0 => Some(Position { epoch: Epoch("another".to_owned()), ..position(seq, draft) }),
            1 => Some(position(head + 30 + self.random.below(10), draft)),
            2 => Some(position(seq, draft)),
            3 => Some(position(seq, self.model.draft_at(self.random.below(head + 1) as u64).or(draft))),
            _ => None,
        };
        self.subscribe(client, since).await;
    }

    pub(super) async fn subscribe(&mut self, client: usize, since: Option<Position>) {
        // The events of two concurrent replies would be applied twice.
        if self.peer(client).requests.values().any(|request| matches!(request, PeerRequest::Subscribe { .. }))
        {
            return;
        }
        let tail = self.random.below(7) as u32;
        let echo = !self.random.one_in(5);
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::Subscribe { reference, topic, since: since.clone(), tail, echo };
        self.trace(|| format!("client {client} subscribes since {since:?}, tail {tail}, echo {echo}"));
        self.send(client, reference, PeerRequest::Subscribe { since, echo }, &frame).await;
    }

    pub(super) async fn request_history(&mut self, client: usize) {
        let seq = self.random.below(self.model.head() as usize + 3) as u64;
        let span = [HistoryRange::Before(seq.max(1)), HistoryRange::After(seq), HistoryRange::Around(seq)]
            [self.random.below(3)];
        let limit = 1 + self.random.below(5);
        let reference = self.next_reference();
        let topic = self.topic.clone();
        let frame = ClientFrame::History { reference, topic, span, limit: limit as u32 };
        self.send(client, reference, PeerRequest::History { span, limit }, &frame).await;
    }

    pub(super) fn disconnect(&mut self, client: usize) {
        self.trace(|| format!("client {client} disconnects"));
        let Client { peer, view, .. } = &mut self.clients[client];
        view.as_mut().map(ClientView::disconnect);
        // Frames on their way to the client are lost.
        if let Some(mut peer) = peer.take() {
            self.abandoned.extend(peer.client.pending.drain(..).map(|pending| pending.submitted.receipt));
        }
    }

    /// Reads other topics until they have evicted this one from the tail cache.
    pub(super) async fn evict_topic_from_cache(&mut self) {
        for other in ["other-1", "other-2"] {
            let _ = self.harness.chat.log().tail(&other.parse().unwrap(), 3).await;
        }
    }

    pub(super) async fn send(
        &mut self,
        client: usize,
        reference: u64,
        request: PeerRequest,
        frame: &ClientFrame,
    ) -> bool {
        self.peer(client);
        let Some(peer) = &mut self.clients[client].peer else { return false };
        peer.send(&self.harness.chat, reference, request, frame).await
    }
}
