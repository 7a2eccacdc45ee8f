//! What one client believes, made of frames as a page makes it; and what it may not be told.

use std::collections::{BTreeMap, BTreeSet};

use app::protocol::{Event, EventKind, Mode};

use super::story::{Stands, Story};

/// What the server said to a subscription.
pub(super) struct Begun {
    pub(super) mode: Mode,
    pub(super) head: u64,
    pub(super) events: Vec<Event>,
    pub(super) more: bool,
}

#[derive(Default)]
pub(super) struct Belief {
    /// Everything up to here was heard.
    pub(super) have: u64,
    /// Every message from here on is held.
    from: u64,
    messages: BTreeMap<u64, Event>,
    /// Own events come back.
    echo: bool,
    /// Own events that were acknowledged and not heard; without echo they will not come.
    own: BTreeSet<u64>,
    /// Something did not come back, so the view is not whole.
    partial: bool,
}

impl Belief {
    /// A subscription begins: where the client was, where it said it was, and what it was told.
    pub(super) fn begin(&mut self, story: &Story, since: Option<u64>, begun: Begun, echo: bool) {
        let Begun { mode, head, events, more } = begun;
        self.own.clear();
        let resumed = since.filter(|_| mode == Mode::Resume);
        match resumed {
            Some(seq) if seq == self.have => {}
            // An older place than it was at: it forgets everything.
            Some(seq) => *self = Self { have: seq, from: seq + 1, ..Self::default() },
            None => self.replace(story, head, &events, more),
        }
        self.echo = echo;
        if resumed.is_some() {
            let last = events.last().map_or(self.have, |event| event.seq);
            assert_eq!(more, last < head, "more in a resume to {last} of {head}");
            events.into_iter().for_each(|event| self.hear(story, event));
        }
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
        self.have = event.seq;
        self.own.remove(&event.seq);
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.amend(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
    }

    /// An own event is stored.
    pub(super) fn acked(&mut self, seq: u64) {
        if seq > self.have {
            self.own.insert(seq);
        }
    }

    fn skip_own(&mut self) {
        while !self.echo && self.own.contains(&(self.have + 1)) {
            self.have += 1;
            self.own.remove(&self.have);
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
