//! Compares all clients with the model.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use app::protocol::{DraftId, ErrorCode, ServerFrame, UserId};

use super::{
    super::{
        expected::{Expected, ExpectedOutcome},
        operations::ClientOperation,
    },
    CLIENTS, Client, PendingOperation, ReplyChannel, Run, TO_THE_END, TOPICS,
};
use crate::event_log::Receipt;

/// More events than one step appends.
const MAX_STEP_EVENTS: u64 = 1_000;

impl Run {
    /// Publishes one more event in each topic without faults, which reveals all gaps, and asserts that all clients converge.
    pub(super) async fn quiesce(&mut self) {
        {
            let mut signals = self.harness.signals();
            (signals.lost, signals.doubled) = (0, 0);
        }
        self.clients.iter_mut().flat_map(|client| &mut client.peer).for_each(|peer| peer.is_stalled = false);
        self.readers.iter_mut().for_each(|reader| reader.is_stalled = false);
        self.settle(None).await;
        for topic in 0..TOPICS {
            let before = self.topics[topic].model.head();
            while self.topics[topic].model.head() == before {
                self.submit_operation_in(0, topic, TO_THE_END).await;
                self.settle(None).await;
            }
        }
        self.is_disturbed = false;
        self.assert_converged().await;
    }

    /// Waits for all replies and delivers all frames, with checks against the model before and after. `stored_on_failure`: whether
    /// an event was stored although its commit failed.
    pub(super) async fn settle(&mut self, stored_on_failure: Option<bool>) {
        let min_heads = self.heads();
        let steps_while_pending = self.random.one_in(12);
        for client in 0..CLIENTS {
            // Stepping a connection while its requests are pending reveals an event that precedes its ack.
            while steps_while_pending && self.step_client(client, TO_THE_END).await {
                tokio::task::yield_now().await;
            }
            let Some(peer) = &mut self.clients[client].peer else { continue };
            if peer.drain_replies(&self.harness.chat).await.is_err() {
                assert!(self.reads_fail, "a connection was closed without a failure");
                self.disconnect(client);
            }
        }
        for reply in std::mem::take(&mut self.abandoned) {
            let _ = reply.await;
        }
        let stored = self.stored_drafts().await;
        self.harness.chat.log().faults().append(None);
        self.harness.chat.log().faults().reads(false);
        self.is_disturbed |= stored_on_failure.is_some();
        let outcomes = self.outcomes(stored_on_failure, &stored);
        self.check_all(min_heads, &outcomes);
        self.drain_all().await;
        self.check_all(self.heads(), &outcomes);
        self.has_fault = false;
        self.reads_fail = false;
        self.operations.release();
        if !self.is_disturbed {
            self.assert_converged().await;
        }
    }

    /// Returns the drafts that this step has stored, if a request was dropped and only the log knows what became of it.
    async fn stored_drafts(&self) -> HashSet<(UserId, DraftId)> {
        let mut stored = HashSet::new();
        if !self.pending.iter().any(|pending| matches!(pending.reply, ReplyChannel::Dropped)) {
            return stored;
        }
        self.harness.commit_submitted().await;
        self.harness.chat.log().faults().append(None);
        self.harness.chat.log().faults().reads(false);
        for topic in &self.topics {
            let log = self.harness.chat.log();
            let new = log.since(&topic.readable(), topic.model.head(), MAX_STEP_EVENTS).await.unwrap();
            let drafts = new.events.iter().filter_map(|event| Some((event.author.user, event.kind.draft()?)));
            stored.extend(drafts);
        }
        stored
    }

    /// Applies the step's requests to the model. Those that were dropped had an effect if their draft is `stored`.
    fn outcomes(
        &mut self,
        stored_on_failure: Option<bool>,
        stored: &HashSet<(UserId, DraftId)>,
    ) -> BTreeMap<u64, ExpectedOutcome> {
        let failed_frame = |frame: &ServerFrame| match frame {
            ServerFrame::Error { reference, code: ErrorCode::Unavailable, .. } => *reference,
            _ => None,
        };
        let peers = self.clients.iter().flat_map(|client| &client.peer);
        let failed: BTreeSet<u64> = peers.flat_map(|peer| &peer.inbox).filter_map(failed_frame).collect();
        let mut outcomes = BTreeMap::new();
        for PendingOperation { reference, mut outcome, reply } in std::mem::take(&mut self.pending) {
            let has_failed = match &reply {
                ReplyChannel::Frame(_) => failed.contains(&reference),
                ReplyChannel::Http(reply) => *reply == Err(ErrorCode::Unavailable),
                ReplyChannel::Dropped => {
                    self.apply_dropped(&outcome.operation, stored);
                    continue;
                }
            };
            assert!(!has_failed || stored_on_failure.is_some(), "{reference} is refused without a failure");
            if !has_failed || stored_on_failure == Some(true) {
                let ClientOperation { topic, user, draft, action, .. } = &outcome.operation;
                let model = &mut self.topics[*topic].model;
                outcome.may_be_conflict = model.may_conflict(*user, *draft, action);
                let expected = model.submit(*user, *draft, action);
                outcome.reply = Some(expected).filter(|_| !has_failed);
            }
            match reply {
                ReplyChannel::Http(Ok(receipt)) => {
                    assert_eq!(outcome.reply, Some(Ok(receipt)), "{outcome:?}");
                }
                ReplyChannel::Http(Err(code)) => outcome.check_error(code),
                ReplyChannel::Frame(_) | ReplyChannel::Dropped => {}
            }
            outcomes.insert(reference, outcome);
        }
        outcomes
    }

    /// A request that was dropped has stored its event or not. If it has, the event must have been allowed at this place.
    fn apply_dropped(&mut self, operation: &ClientOperation, stored: &HashSet<(UserId, DraftId)>) {
        let ClientOperation { topic, user, draft, action, .. } = operation;
        let model = &mut self.topics[*topic].model;
        if stored.contains(&(*user, *draft)) && model.seq_of(*user, *draft).is_none() {
            let reply = model.submit(*user, *draft, action);
            assert!(matches!(reply, Ok(Receipt { duplicate: false, .. })), "{reply:?} for {operation:?}");
        }
    }

    async fn drain_all(&mut self) {
        for client in 0..CLIENTS {
            let Some(peer) = self.clients[client].peer.as_mut().filter(|peer| !peer.is_stalled) else {
                continue;
            };
            while peer.step(&self.harness.chat, &mut self.random).await.expect("nothing fails now") {}
        }
        self.readers.iter_mut().filter(|reader| !reader.is_stalled).for_each(|reader| reader.receive());
    }

    fn check_all(&mut self, min_heads: [u64; TOPICS], outcomes: &BTreeMap<u64, ExpectedOutcome>) {
        let Self { topics, epoch, reads_fail, clients, readers, http_reads, .. } = self;
        let expected = Expected { topics, epoch, min_heads, outcomes, reads_fail: *reads_fail };
        for Client { peer, views, .. } in clients {
            if let Some(peer) = peer {
                expected.check(peer, views);
            }
        }
        readers.iter_mut().for_each(|reader| reader.check(&expected));
        http_reads.drain(..).for_each(|read| read.check(&expected));
    }

    /// Asserts that each subscriber and each event stream that does not stall has received all events.
    async fn assert_converged(&mut self) {
        for reader in self.readers.iter_mut().filter(|reader| !reader.is_stalled) {
            reader.receive_until(self.topics[reader.topic].model.head()).await;
        }
        self.check_all(self.heads(), &BTreeMap::new());
        for reader in self.readers.iter_mut().filter(|reader| reader.is_open() && !reader.is_stalled) {
            let view = reader.view.as_mut().expect("the stream has begun");
            view.assert_complete(&self.topics[reader.topic].model);
        }
        for Client { peer, views, .. } in &mut self.clients {
            let Some(peer) = peer.as_ref().filter(|peer| !peer.is_stalled) else { continue };
            for (topic, view) in views.iter_mut().enumerate() {
                if let Some(view) = view.as_mut().filter(|_| peer.is_subscribed[topic]) {
                    view.assert_complete(&self.topics[topic].model);
                }
            }
        }
    }
}
