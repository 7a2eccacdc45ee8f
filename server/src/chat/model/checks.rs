//! What clients were told, held against the model.

use std::collections::BTreeMap;

use app::protocol::{Epoch, ErrorCode, HistoryRange, Position, ServerFrame, SubscriptionMode, UserId};

use super::{
    belief::{Begun, Belief},
    peer::{Asked, Peer},
    story::Story,
};
use crate::event_log::{AppendError, Receipt};

/// What the model says of the requests of a step, and what may have gone wrong on purpose.
pub(super) struct Expected<'a> {
    pub(super) story: &'a Story,
    pub(super) epoch: &'a Epoch,
    /// How long the log was for sure.
    pub(super) at_least: u64,
    pub(super) outcomes: &'a BTreeMap<u64, Outcome>,
    pub(super) reads_fail: bool,
}

/// What a request for an event must be answered with.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// None: the store failed, so it is `unavailable`.
    pub(super) answer: Option<Result<Receipt, AppendError>>,
    pub(super) draft: app::protocol::DraftId,
    pub(super) user: UserId,
    /// `conflict` is as right.
    pub(super) or_conflict: bool,
    /// Nobody tried it before.
    pub(super) first: bool,
}

impl Expected<'_> {
    /// Looks at everything that came.
    pub(super) fn check(&self, peer: &mut Peer, belief: &mut Option<Belief>) {
        for frame in std::mem::take(&mut peer.inbox) {
            match frame {
                ServerFrame::Event(event) => {
                    self.after_its_ack(peer, &event);
                    belief.as_mut().expect("it asked to hear").hear(self.story, event);
                }
                ServerFrame::Subscribed { reference, epoch, head, draft, mode, events, more, .. } => {
                    assert_eq!(&epoch, self.epoch);
                    let Some(Asked::Subscribe { since, echo }) = peer.asked.remove(&reference) else {
                        panic!("nobody asked for {reference}")
                    };
                    self.begins(since.as_ref(), head, mode);
                    events.iter().for_each(|event| self.after_its_ack(peer, event));
                    peer.hears = true;
                    let begun = Begun { mode, epoch, head, draft, events, more };
                    belief.get_or_insert_default().begin(self.story, since, begun, echo);
                }
                ServerFrame::History { reference, head, from, to, events, .. } => {
                    let Some(Asked::Past { span, limit }) = peer.asked.remove(&reference) else {
                        panic!("nobody asked for {reference}")
                    };
                    self.head_is_true(head);
                    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
                    assert_eq!(seqs, self.story.messages(from, to), "every message from {from} to {to}");
                    assert!(events.iter().all(|event| self.story.is(event, head, true)), "{events:?}");
                    reaches(span, limit, head, from, to, &seqs);
                }
                ServerFrame::Ack { reference, seq, duplicate, draft, .. } => {
                    let outcome = self.outcome(peer, reference);
                    assert_eq!(outcome.draft, draft);
                    assert_eq!(outcome.answer, Some(Ok(Receipt { seq, duplicate })), "{outcome:?}");
                    if let Some(belief) = belief {
                        belief.acked(seq, draft);
                    }
                }
                ServerFrame::Error { reference: Some(reference), code, .. } => {
                    self.is_refused(peer, reference, code);
                }
                ServerFrame::Presence { .. } => {}
                other => panic!("nobody expects {other:?}"),
            }
        }
    }

    fn outcome(&self, peer: &mut Peer, reference: u64) -> &Outcome {
        assert!(matches!(peer.asked.remove(&reference), Some(Asked::Event)), "{reference} is answered once");
        &self.outcomes[&reference]
    }

    fn is_refused(&self, peer: &mut Peer, reference: u64, code: ErrorCode) {
        if !matches!(peer.asked[&reference], Asked::Event) {
            assert!(
                self.reads_fail && code == ErrorCode::Unavailable,
                "{code:?} for {:?}",
                peer.asked[&reference]
            );
            // Asking again ended what was heard before.
            peer.hears &= !matches!(peer.asked.remove(&reference), Some(Asked::Subscribe { .. }));
            return;
        }
        let outcome = self.outcome(peer, reference);
        if outcome.or_conflict && code == ErrorCode::Conflict {
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
    fn after_its_ack(&self, peer: &Peer, event: &app::protocol::Event) {
        let waits = |reference: &u64| {
            self.outcomes.get(reference).is_some_and(|outcome| {
                outcome.first
                    && outcome.user == event.author.user
                    && event.kind.draft() == Some(outcome.draft)
                    && outcome.answer.is_some()
            })
        };
        assert!(!peer.asked.keys().any(waits), "before its ack: {event:?}");
    }

    fn head_is_true(&self, head: u64) {
        assert!(
            (self.at_least..=self.story.head()).contains(&head),
            "the head is {} at least and {} at most, and is said to be {head}",
            self.at_least,
            self.story.head()
        );
    }

    /// A position of this history resumes; another one resets.
    fn begins(&self, since: Option<&Position>, head: u64, mode: SubscriptionMode) {
        self.head_is_true(head);
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
        epoch == self.epoch && (*seq == 0 || draft.is_none_or(|_| *draft == self.story.draft_at(*seq)))
    }
}

/// A page ends where it was asked to, or when it has as many messages as it may.
fn reaches(span: HistoryRange, limit: usize, head: u64, from: u64, to: u64, seqs: &[u64]) {
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
