//! Checks the frames that clients received against the model.

use std::collections::BTreeMap;

use app::protocol::{Epoch, ErrorCode, EventKind, HistoryRange, Position, ServerFrame, SubscriptionMode};

use super::{
    client_view::{ClientView, Subscribed},
    operations::ClientOperation,
    peer::{ModelPeer, PeerRequest},
    replies::{HistoryReply, ReadRequest, SearchReply},
    run::{ModelTopic, TOPICS},
};
use crate::event_log::{AppendError, Receipt};

/// The outcomes that the model expects of a step's requests, and the faults that were injected.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) topics: &'a [ModelTopic; TOPICS],
    pub(super) epoch: &'a Epoch,
    /// The heads before the step: lower bounds of the heads in any reply.
    pub(super) min_heads: [u64; TOPICS],
    pub(super) outcomes: &'a BTreeMap<u64, ExpectedOutcome>,
    pub(super) reads_fail: bool,
}

/// The expected reply to a request for an event.
#[derive(Debug, Clone)]
pub(super) struct ExpectedOutcome {
    pub(super) operation: ClientOperation,
    /// `None`: the store failed, so the error is `unavailable`.
    pub(super) reply: Option<Result<Receipt, AppendError>>,
    /// Whether the error `conflict` is correct too.
    pub(super) may_be_conflict: bool,
}

impl ExpectedOutcome {
    /// Checks an error, which is the reply to the request.
    pub(super) fn check_error(&self, code: ErrorCode) {
        if self.may_be_conflict && code == ErrorCode::Conflict {
            return;
        }
        let expected = match self.reply {
            None => ErrorCode::Unavailable,
            Some(Err(error)) => error.code(),
            Some(Ok(_)) => panic!("{code:?} instead of {self:?}"),
        };
        assert_eq!(code, expected, "{self:?}");
    }
}

impl Expected<'_> {
    /// Checks and removes all frames that a peer received.
    pub(super) fn check(&self, peer: &mut ModelPeer, views: &mut [Option<ClientView>; TOPICS]) {
        for frame in std::mem::take(&mut peer.inbox) {
            match frame {
                ServerFrame::Event(event) => {
                    self.assert_ack_came_first(peer, &event);
                    let topic = self.index_of(&event.topic);
                    views[topic].as_mut().expect("it subscribed").receive(&self.topics[topic].model, event);
                }
                ServerFrame::Subscribed {
                    reference,
                    topic,
                    epoch,
                    head,
                    draft,
                    at,
                    mode,
                    events,
                    more,
                    ..
                } => {
                    assert_eq!(&epoch, self.epoch);
                    let Some(PeerRequest::Subscribe { topic: asked, since, echo }) =
                        peer.requests.remove(&reference)
                    else {
                        panic!("no request has the number {reference}")
                    };
                    assert_eq!(self.index_of(&topic), asked);
                    self.assert_mode(asked, since.as_ref(), head, mode);
                    events.iter().for_each(|event| self.assert_ack_came_first(peer, event));
                    peer.is_subscribed[asked] = true;
                    let reply = Subscribed { mode, epoch, head, draft, at, events, more };
                    let view = views[asked].get_or_insert_default();
                    view.begin(&self.topics[asked].model, since, reply, echo);
                }
                ServerFrame::History { reference, epoch, head, from, to, events, .. } => {
                    let request = self.read_request(peer, reference);
                    self.check_history(&request, &HistoryReply { epoch, head, from, to, events });
                }
                ServerFrame::Found { reference, hits, complete, .. } => {
                    let request = self.read_request(peer, reference);
                    self.check_search(&request, &SearchReply { hits, complete });
                }
                ServerFrame::Ack { reference, topic, seq, duplicate, draft } => {
                    let outcome = self.outcome(peer, reference);
                    let topic = self.index_of(&topic);
                    assert_eq!((topic, draft), (outcome.operation.topic, outcome.operation.draft));
                    assert_eq!(outcome.reply, Some(Ok(Receipt { seq, duplicate })), "{outcome:?}");
                    if let Some(view) = &mut views[topic] {
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
            if let Some(PeerRequest::Subscribe { topic, .. }) = peer.requests.remove(&reference) {
                peer.is_subscribed[topic] = false;
            }
            return;
        }
        self.outcome(peer, reference).check_error(code);
    }

    /// An event of this connection must come after its ack, if this was the first try of its draft.
    fn assert_ack_came_first(&self, peer: &ModelPeer, event: &app::protocol::Event) {
        let is_unacked = |reference: &u64| {
            self.outcomes.get(reference).is_some_and(|outcome| {
                let ClientOperation { user, draft, is_first_try, .. } = outcome.operation;
                is_first_try
                    && user == event.author.user
                    && event.kind.draft() == Some(draft)
                    && outcome.reply.is_some()
            })
        };
        assert!(!peer.requests.keys().any(is_unacked), "before its ack: {event:?}");
    }

    fn assert_head(&self, topic: usize, head: u64) {
        let range = self.min_heads[topic]..=self.topics[topic].model.head();
        assert!(range.contains(&head), "the head is in {range:?}, but the reply says {head}");
    }

    /// A position of this history resumes; any other one resets.
    pub(super) fn assert_mode(
        &self,
        topic: usize,
        since: Option<&Position>,
        head: u64,
        mode: SubscriptionMode,
    ) {
        self.assert_head(topic, head);
        let expected = match since {
            None => SubscriptionMode::Tail,
            Some(since) if since.seq <= head && self.holds(topic, since) => SubscriptionMode::Resume,
            Some(_) => SubscriptionMode::Reset,
        };
        assert_eq!(mode, expected, "since {since:?} with head {head}");
    }
}

impl Expected<'_> {
    /// Whether a position is one of this history: the log holds the event that it names.
    fn holds(&self, topic: usize, position: &Position) -> bool {
        position.epoch == *self.epoch && self.topics[topic].model.holds(position)
    }

    fn index_of(&self, topic: &app::protocol::TopicName) -> usize {
        self.topics.iter().position(|known| known.name == *topic).expect("a topic of this history")
    }

    fn read_request(&self, peer: &mut ModelPeer, reference: u64) -> ReadRequest {
        match peer.requests.remove(&reference) {
            Some(PeerRequest::Read(request)) => request,
            other => panic!("{other:?} has the number {reference}"),
        }
    }

    /// A page of history holds every message of its range, and ends where it was asked to or at the limit.
    pub(super) fn check_history(&self, request: &ReadRequest, reply: &HistoryReply) {
        let &ReadRequest::History { topic, span, limit } = request else { panic!("{request:?}") };
        let HistoryReply { epoch, head, from, to, events } = reply;
        let model = &self.topics[topic].model;
        assert_eq!(epoch, self.epoch);
        self.assert_head(topic, *head);
        let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, model.messages(*from, *to), "every message from {from} to {to}");
        assert!(events.iter().all(|event| model.is(event, *head, true)), "{events:?}");
        assert_span(span, limit, *head, *from, *to, &seqs);
    }

    /// A hit is a message that holds the word. If the search is complete, it has all messages that held it all the time.
    pub(super) fn check_search(&self, request: &ReadRequest, SearchReply { hits, complete }: &SearchReply) {
        let ReadRequest::Search { topic, word } = request else { panic!("{request:?}") };
        let model = &self.topics[*topic].model;
        let since = self.min_heads[*topic];
        for hit in hits {
            assert_eq!(self.index_of(&hit.event.topic), *topic);
            assert!(model.is(&hit.event, since, true), "a state that never was since {since}: {hit:?}");
            let holds = matches!(&hit.event.kind, EventKind::Message { body, .. } if body == word);
            assert!(holds, "{word} is not in {hit:?}");
        }
        let found = |seq: &u64| hits.iter().any(|hit| hit.event.seq == *seq);
        let missing: Vec<u64> = model.holding(word, since).filter(|seq| !found(seq)).collect();
        assert!(!complete || missing.is_empty(), "{word} is also in {missing:?}");
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
