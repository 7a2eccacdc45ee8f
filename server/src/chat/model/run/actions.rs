//! The random actions of clients.

use app::protocol::{ActionFrame, ClientFrame, Epoch, HistoryRange, Position, Timestamp};
use testing::poll_times;

use super::{
    super::{
        client_view::ClientView,
        expected::ExpectedOutcome,
        operations::ClientOperation,
        peer::{PeerRequest, Sent},
        replies::ReadRequest,
    },
    CLIENTS, Client, PendingOperation, READERS, ReplyChannel, Run,
};
use crate::rights::Readable;

impl Run {
    pub(super) async fn act(&mut self) {
        let client = self.random.below(CLIENTS);
        let reader = self.random.below(READERS);
        match self.random.below(150) {
            0..55 => {
                let polls = self.polls();
                self.submit_operation(client, polls).await;
            }
            55..63 => {
                let polls = self.polls();
                self.step_client(client, polls).await;
            }
            63..67 => tokio::task::yield_now().await,
            67..76 => {
                let topic = self.random_topic();
                self.connect(client, topic).await;
            }
            76..84 => self.subscribe_at_false_position(client).await,
            84..91 => self.request_read(client).await,
            91..94 => self.disconnect(client),
            94..97 => {
                if let Some(peer) = &mut self.clients[client].peer {
                    peer.is_stalled ^= true;
                }
            }
            97..98 => self.harness.write_watermark().await,
            98..100 => self.evict_topic_from_cache().await,
            100..118 => self.act_over_http().await,
            _ => self.act_on_stream(reader).await,
        }
    }

    /// Sends a request for an event. Its handler is cancelled after `polls` polls.
    pub(super) async fn submit_operation(&mut self, client: usize, polls: u64) {
        let topic = self.random_topic();
        self.submit_operation_in(client, topic, polls).await;
    }

    pub(super) async fn submit_operation_in(&mut self, client: usize, topic: usize, polls: u64) {
        let user = self.peer(client).user;
        let operation = self.next_operation(topic, user);
        let reference = self.next_reference();
        let ClientOperation { draft, action, .. } = operation.clone();
        let topic = self.topics[topic].name.clone();
        self.trace(|| format!("client {client} requests {reference} in {topic}: {draft} {action:?}"));
        let frame = ActionFrame { reference, topic, draft, action }.into();
        let sent = self.send(client, reference, PeerRequest::Event, &frame, polls).await;
        let reply = match sent {
            Sent::Unread => return,
            Sent::Handled => ReplyChannel::Frame(client),
            Sent::Cancelled => ReplyChannel::Dropped,
        };
        self.push_pending(reference, operation, reply);
    }

    pub(super) fn next_operation(&mut self, topic: usize, user: app::protocol::UserId) -> ClientOperation {
        self.operations.next(&mut self.random, topic, &self.topics[topic].model, user)
    }

    pub(super) fn push_pending(&mut self, reference: u64, operation: ClientOperation, reply: ReplyChannel) {
        if self.has_fault || matches!(reply, ReplyChannel::Dropped) {
            self.operations.hold(operation.draft);
        }
        let outcome = ExpectedOutcome { operation, reply: None, may_be_conflict: false };
        self.pending.push(PendingOperation { reference, outcome, reply });
    }

    /// Runs one step of a connection, which is cancelled after `polls` polls. Returns whether it waits for replies.
    pub(super) async fn step_client(&mut self, client: usize, polls: u64) -> bool {
        let Some(peer) = &mut self.clients[client].peer else { return false };
        let step = poll_times(polls, peer.step(&self.harness.chat, &mut self.random)).await;
        if !matches!(step, Some(Ok(_))) {
            self.disconnect(client);
            return false;
        }
        self.clients[client].peer.as_ref().is_some_and(|peer| !peer.client.pending.is_empty())
    }

    /// Connects if not subscribed, and resumes at the client's true position.
    pub(super) async fn connect(&mut self, client: usize, topic: usize) {
        let Client { peer, views, .. } = &self.clients[client];
        if peer.as_ref().is_none_or(|peer| !peer.is_subscribed[topic]) {
            let since = views[topic].as_ref().and_then(ClientView::position);
            let since = self.position_of_some_age(since);
            self.subscribe(client, topic, since).await;
        }
    }

    /// Positions of older clients have no time, or no draft either. They are safe unless a history was replaced within one epoch.
    pub(super) fn position_of_some_age(&mut self, since: Option<Position>) -> Option<Position> {
        let Position { epoch, seq, draft, at } = since?;
        if self.is_replaced {
            return (seq == 0 || at.is_some()).then_some(Position { epoch, seq, draft, at });
        }
        let at = at.filter(|_| !self.random.one_in(4));
        // An id of an event stream has no time without a draft.
        let draft = draft.filter(|_| at.is_some() || !self.random.one_in(2));
        Some(Position { epoch, seq, draft, at })
    }

    pub(super) async fn subscribe_at_false_position(&mut self, client: usize) {
        let topic = self.random_topic();
        let since = self.false_position(topic);
        self.subscribe(client, topic, since).await;
    }

    /// Returns a position of another history, beyond the head, with another event's draft or another time, or long ago.
    pub(super) fn false_position(&mut self, topic: usize) -> Option<Position> {
        let model = &self.topics[topic].model;
        let head = model.head() as usize;
        let position =
            |seq: usize, draft| Position { epoch: self.epoch.clone(), seq: seq as u64, draft, at: None };
        let seq = self.random.below(head + 1);
        let draft = model.draft_at(seq as u64);
        match self.random.below(6) {
            0 => Some(Position { epoch: Epoch("another".to_owned()), ..position(seq, draft) }),
            1 => Some(position(head + 30 + self.random.below(10), draft)),
            2 => Some(position(seq, draft)),
            3 => Some(position(seq, model.draft_at(self.random.below(head + 1) as u64).or(draft))),
            4 if draft.is_some() => Some(Position { at: Some(Timestamp(1)), ..position(seq, draft) }),
            _ => None,
        }
    }

    pub(super) async fn subscribe(&mut self, client: usize, topic: usize, since: Option<Position>) {
        let is_subscribe = |request: &PeerRequest| matches!(request, PeerRequest::Subscribe { topic: asked, .. } if *asked == topic);
        // The events of two concurrent replies would be applied twice.
        if self.peer(client).requests.values().any(is_subscribe) {
            return;
        }
        let tail = self.random.below(7) as u32;
        let echo = !self.random.one_in(5);
        let reference = self.next_reference();
        let name = self.topics[topic].name.clone();
        self.trace(|| {
            format!("client {client} subscribes to {name} since {since:?}, tail {tail}, echo {echo}")
        });
        let frame = ClientFrame::Subscribe { reference, topic: name, since: since.clone(), tail, echo };
        let polls = self.polls();
        self.send(client, reference, PeerRequest::Subscribe { topic, since, echo }, &frame, polls).await;
    }

    /// Requests history or a search.
    pub(super) async fn request_read(&mut self, client: usize) {
        let reference = self.next_reference();
        let request = self.random_read();
        let name = |topic: usize| self.topics[topic].name.clone();
        let frame = match request.clone() {
            ReadRequest::History { topic, span, limit } => {
                ClientFrame::History { reference, topic: name(topic), span, limit: limit as u32 }
            }
            ReadRequest::Search { topic, word } => ClientFrame::Search {
                reference,
                query: word,
                topic: Some(name(topic)),
                after: None,
                offsets: Vec::new(),
                limit: 100,
            },
        };
        let polls = self.polls();
        self.send(client, reference, PeerRequest::Read(request), &frame, polls).await;
    }

    pub(super) fn random_read(&mut self) -> ReadRequest {
        let topic = self.random_topic();
        let model = &self.topics[topic].model;
        let seq = self.random.below(model.head() as usize + 3) as u64;
        if self.random.one_in(3) {
            let word = Some(model.body(seq)).filter(|body| !body.is_empty());
            return ReadRequest::Search { topic, word: word.unwrap_or_else(|| "nothing".to_owned()) };
        }
        let span = [HistoryRange::Before(seq.max(1)), HistoryRange::After(seq), HistoryRange::Around(seq)]
            [self.random.below(3)];
        ReadRequest::History { topic, span, limit: 1 + self.random.below(5) }
    }

    pub(super) fn disconnect(&mut self, client: usize) {
        self.trace(|| format!("client {client} disconnects"));
        let Client { peer, views, .. } = &mut self.clients[client];
        views.iter_mut().flatten().for_each(ClientView::disconnect);
        // Frames on their way to the client are lost.
        let Some(mut peer) = peer.take() else { return };
        self.abandoned.extend(peer.client.pending.drain(..).map(|pending| pending.submitted.receipt));
        // Without a fault everything that was submitted is stored. With one, only the log knows.
        let own = |pending: &&mut PendingOperation| matches!(pending.reply, ReplyChannel::Frame(of) if of == client);
        if self.has_fault {
            self.pending.iter_mut().filter(own).for_each(|pending| pending.reply = ReplyChannel::Dropped);
        }
    }

    /// Reads other topics until they have evicted this one from the tail cache.
    pub(super) async fn evict_topic_from_cache(&mut self) {
        for other in ["other-1", "other-2"] {
            let _ = self.harness.chat.log().tail(&Readable::unchecked(other.parse().unwrap()), 3).await;
        }
    }

    pub(super) async fn send(
        &mut self,
        client: usize,
        reference: u64,
        request: PeerRequest,
        frame: &ClientFrame,
        polls: u64,
    ) -> Sent {
        self.peer(client);
        let Some(peer) = &mut self.clients[client].peer else { return Sent::Unread };
        let sent = peer.send(&self.harness.chat, reference, request, frame, polls).await;
        if sent == Sent::Cancelled {
            self.disconnect(client);
        }
        sent
    }
}
