//! Checks the frames that clients received against the model.

use std::collections::BTreeMap;

use app::protocol::{Epoch, ErrorCode, HistoryRange, Position, ServerFrame, SubscriptionMode, UserId};

use super::{
    client_view::{ClientView, Subscribed},
    model_log::ModelLog,
    peer::{ModelPeer, PeerRequest},
};
use crate::event_log::{AppendError, Receipt};

/// The outcomes that the model expects of a step's requests, and the faults that were injected.
pub(super) struct Expected<'a> {
    pub(super) model: &'a ModelLog,
    pub(super) epoch: &'a Epoch,
    /// The head before the step: a lower bound of the head in any reply.
    pub(super) min_head: u64,
    pub(super) outcomes: &'a BTreeMap<u64, ExpectedOutcome>,
    pub(super) reads_fail: bool,
}

/// The expected reply to a request for an event.
#[derive(Debug, Clone)]
pub(super) struct ExpectedOutcome {
    /// `None`: the store failed, so the error is `unavailable`.
    pub(super) reply: Option<Result<Receipt, AppendError>>,
    pub(super) draft: app::protocol::DraftId,
    pub(super) user: UserId,
    /// Whether the error `conflict` is correct too.
    pub(super) may_be_conflict: bool,
    /// Whether this is the first try of the draft.
    pub(super) is_first_try: bool,
}

impl Expected<'_> {
    /// Checks and removes all frames that a peer received.
    pub(super) fn check(&self, peer: &mut ModelPeer, view: &mut Option<ClientView>) {
        for frame in std::mem::take(&mut peer.inbox) {
            match frame {
                ServerFrame::Event(event) => {
                    self.assert_ack_came_first(peer, &event);
                    view.as_mut().expect("it subscribed").receive(self.model, event);
                }
                ServerFrame::Subscribed { reference, epoch, head, draft, mode, events, more, .. } => {
                    assert_eq!(&epoch, self.epoch);
                    let Some(PeerRequest::Subscribe { since, echo }) = peer.requests.remove(&reference)
                    else {
                        panic!("no request has the number {reference}")
                    };
                    self.assert_mode(since.as_ref(), head, mode);
                    events.iter().for_each(|event| self.assert_ack_came_first(peer, event));
                    peer.is_subscribed = true;
                    let reply = Subscribed { mode, epoch, head, draft, events, more };
                    view.get_or_insert_default().begin(self.model, since, reply, echo);
                }
                ServerFrame::History { reference, head, from, to, events, .. } => {
                    let Some(PeerRequest::History { span, limit }) = peer.requests.remove(&reference) else {
                        panic!("no request has the number {reference}")
                    };
                    self.assert_head(head);
                    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
                    assert_eq!(seqs, self.model.messages(from, to), "every message from {from} to {to}");
                    assert!(events.iter().all(|event| self.model.is(event, head, true)), "{events:?}");
                    assert_span(span, limit, head, from, to, &seqs);
                }
                ServerFrame::Ack { reference, seq, duplicate, draft, .. } => {
                    let outcome = self.outcome(peer, reference);
                    assert_eq!(outcome.draft, draft);
                    assert_eq!(outcome.reply, Some(Ok(Receipt { seq, duplicate })), "{outcome:?}");
                    if let Some(view) = view {
                        view.acked(seq, draft);
                    }
                }
                ServerFrame::Error { reference: Some(reference), code, .. } => {
                    self.check_error(peer, reference, code);
                }
                ServerFrame::Presence { .. } => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    fn outcome(&self, peer: &mut ModelPeer, reference: u64) -> &ExpectedOutcome {
        assert!(
            matches!(peer.requests.remove(&reference), Some(PeerRequest::Event)),
            "{reference} has one reply"
        );
        &self.outcomes[&reference]
    }

    fn check_error(&self, peer: &mut ModelPeer, reference: u64, code: ErrorCode) {
        if !matches!(peer.requests[&reference], PeerRequest::Event) {
            assert!(
                self.reads_fail && code == ErrorCode::Unavailable,
                "{code:?} for {:?}",
                peer.requests[&reference]
            );
            // A repeated `subscribe` ends the earlier subscription, even if it fails.
            peer.is_subscribed &=
                !matches!(peer.requests.remove(&reference), Some(PeerRequest::Subscribe { .. }));
            return;
        }
        let outcome = self.outcome(peer, reference);
        if outcome.may_be_conflict && code == ErrorCode::Conflict {
            return;
        }
        let expected = match outcome.reply {
            None => ErrorCode::Unavailable,
            Some(Err(error)) => error.code(),
            Some(Ok(_)) => panic!("{code:?} instead of {outcome:?}"),
        };
        assert_eq!(code, expected, "{outcome:?}");
    }

    /// An event of this connection must come after its ack, if this was the first try of its draft.
    fn assert_ack_came_first(&self, peer: &ModelPeer, event: &app::protocol::Event) {
        let is_unacked = |reference: &u64| {
            self.outcomes.get(reference).is_some_and(|outcome| {
                outcome.is_first_try
                    && outcome.user == event.author.user
                    && event.kind.draft() == Some(outcome.draft)
                    && outcome.reply.is_some()
            })
        };
        assert!(!peer.requests.keys().any(is_unacked), "before its ack: {event:?}");
    }

    fn assert_head(&self, head: u64) {
        assert!(
            (self.min_head..=self.model.head()).contains(&head),
            "the head is {} at least and {} at most, but the reply says {head}",
            self.min_head,
            self.model.head()
        );
    }

    /// A position of this history resumes; any other one resets.
    fn assert_mode(&self, since: Option<&Position>, head: u64, mode: SubscriptionMode) {
        self.assert_head(head);
        let expected = match since {
            None => SubscriptionMode::Tail,
            Some(since) if since.seq <= head && self.holds(since) => SubscriptionMode::Resume,
            Some(_) => SubscriptionMode::Reset,
        };
        assert_eq!(mode, expected, "since {since:?} with head {head}");
    }
}

impl Expected<'_> {
    /// Whether a position is one of this history: the log holds the event that it names.
    fn holds(&self, Position { epoch, seq, draft }: &Position) -> bool {
        epoch == self.epoch && (*seq == 0 || draft.is_none_or(|_| *draft == self.model.draft_at(*seq)))
    }
}

/// A page of history ends where it was asked to, or at the limit.
fn assert_span(span: HistoryRange, limit: usize, head: u64, from: u64, to: u64, seqs: &[u64]) {
    let (older, newer) = match span {
        HistoryRange::Before(before) => {
            assert_eq!(to, before.min(head + 1) - 1, "{span:?}");
            (limit, 0)
        }
        HistoryRange::After(after) => {
            assert_eq!(from, after.min(head) + 1, "{span:?}");
            (0, limit)
        }
        HistoryRange::Around(_) => (limit / 2, limit - limit / 2),
    };
    let around = match span {
        HistoryRange::Before(_) => u64::MAX,
        HistoryRange::After(_) => 0,
        HistoryRange::Around(around) => around.clamp(1, head + 1),
    };
    let split = seqs.partition_point(|&seq| seq < around);
    assert!(split <= older && seqs.len() - split <= newer, "{span:?} {limit}: {seqs:?}");
    assert!(
        matches!(span, HistoryRange::After(_)) || from == 1 || split == older,
        "{span:?}: from {from}: {seqs:?}"
    );
    assert!(
        matches!(span, HistoryRange::Before(_)) || to == head || seqs.len() - split == newer,
        "{span:?}: to {to} of {head}: {seqs:?}"
    );
}
