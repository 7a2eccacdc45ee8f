//! What everyone was told is held against the model.

use std::collections::{BTreeMap, BTreeSet};

use app::protocol::{ErrorCode, ServerFrame};

use super::{
    super::checks::{Expected, Outcome},
    CLIENTS, Client, Op, Run,
};

impl Run {
    /// One more message, with nothing going wrong: whatever was missed before is noticed now.
    pub(super) async fn calms_down(&mut self) {
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
    pub(super) async fn settle(&mut self, stored_on_failure: Option<bool>, reads_fail: bool) {
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
    pub(super) fn outcomes(&mut self, stored_on_failure: Option<bool>) -> BTreeMap<u64, Outcome> {
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

    pub(super) async fn everyone_hears(&mut self) {
        for client in 0..CLIENTS {
            let Some(peer) = self.clients[client].peer.as_mut().filter(|peer| !peer.stalls) else { continue };
            while peer.turn(&self.world.chat, &mut self.random).await.expect("nothing fails now") {}
        }
    }

    pub(super) fn look(&mut self, at_least: u64, outcomes: &BTreeMap<u64, Outcome>, reads_fail: bool) {
        let expected = Expected { story: &self.story, epoch: &self.epoch, at_least, outcomes, reads_fail };
        for Client { peer, belief, .. } in &mut self.clients {
            if let Some(peer) = peer {
                expected.check(peer, belief);
            }
        }
    }

    /// Whoever hears the topic has heard all of it.
    pub(super) fn is_calm(&mut self) {
        for Client { peer, belief, .. } in &mut self.clients {
            let hears = peer.as_ref().is_some_and(|peer| peer.hears && !peer.stalls);
            if let Some(belief) = belief.as_mut().filter(|_| hears) {
                belief.is_whole(&self.story);
            }
        }
    }
}
