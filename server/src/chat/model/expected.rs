//! What clients were told, held against the model.

use std::collections::BTreeMap;

use app::protocol::{Epoch, ErrorCode, HistoryRange, Position, ServerFrame, SubscriptionMode, UserId};

use super::{
    client_view::{ClientView, Subscribed},
    model_log::ModelLog,
    peer::{Peer, Request},
};
use crate::event_log::{AppendError, Receipt};

/// What the model says of the requests of a step, and what may have gone wrong on purpose.
pub(super) struct Expected<'a> {
    pub(super) model: &'a ModelLog,
    pub(super) epoch: &'a Epoch,
    /// How long the log was for sure.
    pub(super) at_least: u64,
    pub(super) outcomes: &'a BTreeMap<u64, ExpectedOutcome>,
    pub(super) reads_fail: bool,
}

/// What a request for an event must be answered with.
#[derive(Debug, Clone)]
pub(super) struct ExpectedOutcome {
    /// None: the store failed, so it is `unavailable`.
    pub(super) answer: Option<Result<Receipt, AppendError>>,
    pub(super) draft: app::protocol::DraftId,
    pub(super) user: UserId,
    /// `conflict` is as right.
    pub(super) may_be_conflict: bool,
    /// Nobody tried it before.
    pub(super) first: bool,
}

impl Expected<'_> {
    /// Looks at everything that came.
    pub(super) fn check(&self, peer: &mut Peer, view: &mut Option<ClientView>) {
        for frame in std::mem::take(&mut peer.inbox) {
            match frame {
                ServerFrame::Event(event) => {
                    self.assert_ack_came_first(peer, &event);
                    view.as_mut().expect("it asked to hear").receive(self.model, event);
                }
                ServerFrame::Subscribed { reference, epoch, head, draft, mode, events, more, .. } => {
                    assert_eq!(&epoch, self.epoch);
                    let Some(Request::Subscribe { since, echo }) = peer.requests.remove(&reference) else {
                        panic!("nobody asked for {reference}")
                    };
                    self.assert_mode(since.as_ref(), head, mode);
                    events.iter().for_each(|event| self.assert_ack_came_first(peer, event));
                    peer.is_subscribed = true;
                    let begun = Subscribed { mode, epoch, head, draft, events, more };
                    view.get_or_insert_default().begin(self.model, since, begun, echo);
                }
                ServerFrame::History { reference, head, from, to, events, .. } => {
                    let Some(Request::Past { span, limit }) = peer.requests.remove(&reference) else {
                        panic!("nobody asked for {reference}")
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
                    assert_eq!(outcome.answer, Some(Ok(Receipt { seq, duplicate })), "{outcome:?}");
                    if let Some(view) = view {
                        view.acked(seq, draft);
                    }
                }
                ServerFrame::Error { reference: Some(reference), code, .. } => {
                    self.check_error(peer, reference, code);
                }
                ServerFrame::Presence { .. } => {}
                other => panic!("nobody expects {other:?}"),
            }
        }
    }

    fn outcome(&self, peer: &mut Peer, reference: u64) -> &ExpectedOutcome {
        assert!(
            matches!(peer.requests.remove(&reference), Some(Request::Event)),
            "{reference} is answered once"
        );
        &self.outcomes[&reference]
    }

    fn check_error(&self, peer: &mut Peer, reference: u64, code: ErrorCode) {
        if !matches!(peer.requests[&reference], Request::Event) {
            assert!(
                self.reads_fail && code == ErrorCode::Unavailable,
                "{code:?} for {:?}",
                peer.requests[&reference]
            );
            // Asking again ended what was heard before.
            peer.is_subscribed &=
                !matches!(peer.requests.remove(&reference), Some(Request::Subscribe { .. }));
            return;
        }
        let outcome = self.outcome(peer, reference);
        if outcome.may_be_conflict && code == ErrorCode::Conflict {
            return;
        }
        let expected = match outcome.answer {
            None => ErrorCode::Unavailable,
            Some(Err(error)) => error.code(),
            Some(Ok(_)) => panic!("{code:?} instead of {outcome:?}"),
        };
        assert_eq!(code, expected, "{outcome:?}");
    }

    /// An own event that this connection was the first to send comes after its ack.
    fn assert_ack_came_first(&self, peer: &Peer, event: &app::protocol::Event) {
        let waits = |reference: &u64| {
            self.outcomes.get(reference).is_some_and(|outcome| {
                outcome.first
                    && outcome.user == event.author.user
                    && event.kind.draft() == Some(outcome.draft)
                    && outcome.answer.is_some()
            })
        };
        assert!(!peer.requests.keys().any(waits), "before its ack: {event:?}");
    }

    fn assert_head(&self, head: u64) {
        assert!(
            (self.at_least..=self.model.head()).contains(&head),
            "the head is {} at least and {} at most, and is said to be {head}",
            self.at_least,
            self.model.head()
        );
    }

    /// A position of this history resumes; another one resets.
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
    /// Whether a position is one of this history: the event that it names stands there.
    fn holds(&self, Position { epoch, seq, draft }: &Position) -> bool {
        epoch == self.epoch && (*seq == 0 || draft.is_none_or(|_| *draft == self.model.draft_at(*seq)))
    }
}

/// A page ends where it was asked to, or when it has as many messages as it may.
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
