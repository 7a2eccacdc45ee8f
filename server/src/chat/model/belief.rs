//! What one client believes, made of frames as a page makes it; and what it may not be told.

use std::collections::BTreeMap;

use app::protocol::{DraftId, Epoch, Event, EventKind, Position, SubscriptionMode};

use super::story::{Stands, Story};

/// What the server said to a subscription.
pub(super) struct Begun {
    pub(super) mode: SubscriptionMode,
    pub(super) epoch: Epoch,
    pub(super) head: u64,
    pub(super) draft: Option<DraftId>,
    pub(super) events: Vec<Event>,
    pub(super) more: bool,
}

#[derive(Default)]
pub(super) struct Belief {
    /// The history that `have` counts in.
    epoch: Option<Epoch>,
    /// Everything up to here was heard.
    pub(super) have: u64,
    /// What names the event there.
    draft: Option<DraftId>,
    /// Some text is as it stood after this event, which may be later than `have`.
    ahead: u64,
    /// Every message from here on is held.
    from: u64,
    messages: BTreeMap<u64, Event>,
    /// Own events come back.
    echo: bool,
    /// Own events that were acknowledged and not heard; without echo they will not come.
    own: BTreeMap<u64, DraftId>,
    /// Something did not come back, so the view is not whole.
    partial: bool,
}

impl Belief {
    /// A subscription begins: where the client was, where it said it was, and what it was told.
    pub(super) fn begin(&mut self, story: &Story, since: Option<Position>, begun: Begun, echo: bool) {
        let Begun { mode, epoch, head, draft, events, more } = begun;
        self.own.clear();
        let resumes = mode == SubscriptionMode::Resume;
        match since.filter(|_| resumes) {
            Some(since)
                if since.seq == self.have && since.draft.is_none_or(|_| since.draft == self.draft) => {}
            // An older place than it was at: it forgets everything.
            Some(Position { seq, draft, .. }) => {
                *self = Self { have: seq, draft, from: seq + 1, ..Self::default() };
            }
            None => {
                assert_eq!(draft, story.draft_at(head), "the event at the head is named");
                self.replace(story, head, &events, more);
                self.draft = draft;
            }
        }
        (self.epoch, self.echo) = (Some(epoch), echo);
        if resumes {
            let last = events.last().map_or(self.have, |event| event.seq);
            assert_eq!(more, last < head, "more in a resume to {last} of {head}");
            events.into_iter().for_each(|event| self.hear(story, event));
        }
    }

    /// Where it is; none where it has heard of something later, which another history may lack.
    pub(super) fn position(&self) -> Option<Position> {
        let position = Position { epoch: self.epoch.clone()?, seq: self.have, draft: self.draft };
        (self.ahead <= self.have).then_some(position)
    }

    /// The connection is gone, and what it would not have been told with it.
    pub(super) fn cut(&mut self) {
        self.own.clear();
    }

    fn replace(&mut self, story: &Story, head: u64, events: &[Event], more: bool) {
        let from = events.first().map_or(head + 1, |first| first.seq);
        let from = if more { from } else { 1 };
        assert_eq!(
            events.iter().map(|event| event.seq).collect::<Vec<_>>(),
            story.messages(from, head),
            "a tail up to {head}, more: {more}"
        );
        for event in events {
            assert!(story.is(event, head, true), "told as it never stood after {head}: {event:?}");
        }
        let messages = events.iter().map(|event| (event.seq, event.clone())).collect();
        *self = Self { have: head, from, messages, ..Self::default() };
    }

    /// An event comes: the next, as it was told once.
    pub(super) fn hear(&mut self, story: &Story, event: Event) {
        self.skip_own();
        assert_eq!(event.seq, self.have + 1, "not the next: {event:?}");
        assert!(story.is(&event, event.seq, false), "told as it never was: {event:?}");
        (self.have, self.draft) = (event.seq, event.kind.draft());
        self.ahead = self.ahead.max(event.revision());
        self.own.remove(&event.seq);
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.apply(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
    }

    /// An own event is stored.
    pub(super) fn acked(&mut self, seq: u64, draft: DraftId) {
        if seq > self.have {
            self.own.insert(seq, draft);
        }
    }

    fn skip_own(&mut self) {
        while !self.echo
            && let Some(draft) = self.own.remove(&(self.have + 1))
        {
            (self.have, self.draft) = (self.have + 1, Some(draft));
            self.partial = true;
        }
    }

    /// Everything was heard, and what was made of it is what stands.
    pub(super) fn is_whole(&mut self, story: &Story) {
        self.skip_own();
        assert_eq!(self.have, story.head(), "it was told all there is");
        if self.partial {
            return;
        }
        let held: Vec<u64> = self.messages.keys().copied().collect();
        assert_eq!(held, story.messages(self.from, self.have), "the messages from {} on", self.from);
        for (seq, event) in &self.messages {
            assert_eq!(
                Stands::of(event),
                Some(story.stands(*seq, self.have)),
                "what is made of message {seq}"
            );
        }
    }
}
