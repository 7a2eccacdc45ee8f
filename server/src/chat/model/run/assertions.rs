//! Compares all clients with the model.

use std::collections::{BTreeMap, BTreeSet};

use app::protocol::{ErrorCode, ServerFrame};

use super::{
    super::expected::{Expected, ExpectedOutcome},
    CLIENTS, Client, PendingOperation, Run,
};

impl Run {
    /// Publishes one more event without faults, which reveals all gaps, and asserts that all clients converge.
    pub(super) async fn quiesce(&mut self) {
        {
            let mut signals = self.harness.signals();
            (signals.lost, signals.doubled) = (0, 0);
        }
        self.clients.iter_mut().flat_map(|client| &mut client.peer).for_each(|peer| peer.is_stalled = false);
        self.settle(None, false).await;
        let before = self.model.head();
        while self.model.head() == before {
            self.submit_operation(0).await;
            self.settle(None, false).await;
        }
        self.is_disturbed = false;
        self.assert_converged();
    }

    /// Waits for all replies and delivers all frames, with checks against the model before and after.
    pub(super) async fn settle(&mut self, stored_on_failure: Option<bool>, reads_fail: bool) {
        let min_head = self.model.head();
        let steps_while_pending = self.random.one_in(12);
        for client in 0..CLIENTS {
            // Stepping a connection while its requests are pending reveals an event that precedes its ack.
            while steps_while_pending && self.step_client(client).await {
                tokio::task::yield_now().await;
            }
            let Some(peer) = &mut self.clients[client].peer else { continue };
            if peer.drain_replies(&self.harness.chat).await.is_err() {
                assert!(reads_fail, "a connection was closed without a failure");
                self.disconnect(client);
            }
        }
        for reply in std::mem::take(&mut self.abandoned) {
            let _ = reply.await;
        }
        self.harness.chat.log().faults().append(None);
        self.harness.chat.log().faults().reads(false);
        self.is_disturbed |= stored_on_failure.is_some();
        let outcomes = self.outcomes(stored_on_failure);
        self.check_all(min_head, &outcomes, reads_fail);
        self.drain_all().await;
        self.check_all(self.model.head(), &outcomes, reads_fail);
        if !self.is_disturbed {
            self.assert_converged();
        }
    }

    /// Applies the step's requests to the model. `stored_on_failure`: whether an event was stored although its commit
    /// failed.
    pub(super) fn outcomes(&mut self, stored_on_failure: Option<bool>) -> BTreeMap<u64, ExpectedOutcome> {
        let failed = |frame: &ServerFrame| match frame {
            ServerFrame::Error { reference, code: ErrorCode::Unavailable, .. } => *reference,
            _ => None,
        };
        let peers = self.clients.iter().flat_map(|client| &client.peer);
        let failed: BTreeSet<u64> = peers.flat_map(|peer| &peer.inbox).filter_map(failed).collect();
        let mut outcomes = BTreeMap::new();
        for PendingOperation { reference, action, mut outcome } in std::mem::take(&mut self.pending) {
            let has_failed = failed.contains(&reference);
            assert!(!has_failed || stored_on_failure.is_some(), "{reference} is refused without a failure");
            if !has_failed || stored_on_failure == Some(true) {
                outcome.may_be_conflict = self.model.may_conflict(outcome.user, outcome.draft, &action);
                let reply = self.model.submit(outcome.user, outcome.draft, &action);
                outcome.reply = Some(reply).filter(|_| !has_failed);
            }
            outcomes.insert(reference, outcome);
        }
        outcomes
    }

    pub(super) async fn drain_all(&mut self) {
        for client in 0..CLIENTS {
            let Some(peer) = self.clients[client].peer.as_mut().filter(|peer| !peer.is_stalled) else {
                continue;
            };
            while peer.step(&self.harness.chat, &mut self.random).await.expect("nothing fails now") {}
        }
    }

    pub(super) fn check_all(
        &mut self,
        min_head: u64,
        outcomes: &BTreeMap<u64, ExpectedOutcome>,
        reads_fail: bool,
    ) {
        let expected = Expected { model: &self.model, epoch: &self.epoch, min_head, outcomes, reads_fail };
        for Client { peer, view, .. } in &mut self.clients {
            if let Some(peer) = peer {
                expected.check(peer, view);
            }
        }
    }

    /// Asserts that each subscriber that does not stall has received all events.
    pub(super) fn assert_converged(&mut self) {
        for Client { peer, view, .. } in &mut self.clients {
            let is_subscribed = peer.as_ref().is_some_and(|peer| peer.is_subscribed && !peer.is_stalled);
            if let Some(view) = view.as_mut().filter(|_| is_subscribed) {
                view.assert_complete(&self.model);
            }
        }
    }
}
