//! One page's conversation with the server: frames in, frames out, and what the page believes meanwhile.
//!
//! Pure: it opens no socket, reads no clock and draws nothing, so every story of a connection is a plain test.

use std::{collections::HashMap, sync::Arc};

use crate::{
    outbox::{Deed, Draft, Entry, Outbox, Progress, Seen},
    page::TopicPage,
    past::Past,
    protocol::{
        ClientFrame, DraftId, Epoch, ErrorCode, Event, EventKind, Mode, Name, ServerFrame, Span, TopicName,
        UserId, VERSION,
    },
    timeline::{Applied, Notice, Part, Row, Timeline},
};

/// The state of the line, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// On its way to the server.
    Connecting,
    /// Connected and up to date.
    Live,
    /// Lost; it comes back by itself.
    Lost,
    /// The server said not to come back; the text says why.
    Refused(String),
}

/// What to do after a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reaction {
    /// Frames to send, in order.
    pub send: Vec<ClientFrame>,
    /// Try the outbox again after so many milliseconds.
    pub retry_ms: Option<u64>,
    /// The log has these drafts: the browser need not keep them.
    pub settled: Vec<DraftId>,
    /// These drafts are to be kept otherwise than before.
    pub changed: Vec<Draft>,
    /// The server is going: come back at a random moment within so many milliseconds.
    pub drain_ms: Option<u64>,
}

/// What a page knows and owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The topic of the page.
    pub topic: TopicName,
    /// Who the visitor is.
    pub user: UserId,
    /// The name the visitor goes by.
    pub name: Name,
    /// The state of the line.
    pub link: Link,
    /// How many people are in the topic, once the server said so.
    pub here: Option<u64>,
    /// The topic's rows.
    pub timeline: Timeline,
    /// What the log does not have yet.
    pub outbox: Outbox,
    past: Past,
    /// Where the visitor's own changes of texts stand in the log.
    landed: HashMap<DraftId, u64>,
    /// Drafts to be kept otherwise since.
    changed: Vec<Draft>,
    /// The page was live before, and is reading what was said up to this `seq` meanwhile: so many messages so far.
    catching_up: Option<(u64, u64)>,
    was_live: bool,
    /// The name that the server knows.
    announced: Option<Name>,
    renaming: Option<u64>,
    /// The log's head when the subscription began: what is before it may hold own drafts.
    head: u64,
    /// The subscription was refused for now: ask again when it is time.
    ask_again: bool,
    requests: u64,
    subscribing: Option<u64>,
    publishing: Option<(u64, DraftId)>,
}

impl Conversation {
    /// Begins with what the server rendered.
    pub fn new(page: TopicPage) -> Self {
        Self {
            topic: page.topic,
            user: page.user,
            name: page.name.clone(),
            announced: Some(page.name),
            link: Link::Connecting,
            here: None,
            head: page.part.head,
            timeline: Timeline::begin(page.epoch, page.part),
            outbox: Outbox::default(),
            past: Past::default(),
            landed: HashMap::new(),
            changed: Vec::new(),
            catching_up: None,
            was_live: false,
            renaming: None,
            ask_again: false,
            requests: 0,
            subscribing: None,
            publishing: None,
        }
    }

    /// Takes in what was written just now, at a place of its own or where it stood before it was taken back.
    pub fn write(&mut self, mut deed: Deed, body: String, place: Option<u64>, now_ms: u64) -> Draft {
        let place = place.unwrap_or_else(|| self.outbox.next_place(now_ms));
        if let Some(seen) = deed.seen_mut() {
            *seen = self.as_known(*seen);
        }
        let (id, topic, author, name) =
            (DraftId::random(), self.topic.clone(), self.user, Some(self.name.clone()));
        let draft = Draft { id, topic, author, name, deed, body, place, tried: false, refused: None };
        self.outbox.write(draft.clone());
        draft
    }

    /// The newest own message that is loaded and still stands once all that waits is done.
    pub fn last_own(&self) -> Option<&Arc<Event>> {
        let own =
            |event: &&Arc<Event>| event.author.user == self.user && !self.outbox.foreseen(event).is_deleted();
        self.timeline.rows().iter().rev().filter_map(Row::message).find(own)
    }

    /// What somebody saw of a message, by what is known now.
    pub fn as_known(&self, seen: Seen) -> Seen {
        let landed = seen.upon.and_then(|draft| self.landed.get(&draft));
        landed.map_or(seen, |seq| Seen { revision: *seq, upon: None })
    }

    /// What waits and stands at no message here: new messages, and changes of such that are not loaded.
    pub fn homeless(&self) -> impl Iterator<Item = &Entry> {
        let here = |seq| self.timeline.message(seq).is_some();
        self.outbox.entries().iter().filter(move |entry| !entry.draft.deed.target().is_some_and(here))
    }

    /// A refused draft is to be sent after all, on the message as it stands now.
    pub fn retry(&mut self, id: DraftId) {
        let deed = self.outbox.get(id).map(|entry| entry.draft.deed.clone());
        let message = deed.as_ref().and_then(Deed::target).and_then(|seq| self.timeline.message(seq));
        let seen = message.map(|message| self.outbox.seen(message));
        self.outbox.retry(id, seen);
    }

    /// The socket is open.
    pub fn opened(&mut self) -> Vec<ClientFrame> {
        // Another tab may have changed the name meanwhile: only a name that was given here is told.
        let name = (self.announced.as_ref() != Some(&self.name)).then(|| self.name.clone());
        vec![ClientFrame::Hello { version: VERSION, name }, self.subscribe()]
    }

    /// The socket is gone.
    pub fn closed(&mut self, link: Link) {
        self.link = link;
        self.here = None;
        self.subscribing = None;
        self.publishing = None;
        self.renaming = None;
        self.ask_again = false;
        self.past.line_lost();
        self.outbox.connection_lost();
    }

    /// What the server has not been told yet and can be told now: the name, then the next draft. Asking twice says
    /// nothing twice.
    pub fn due(&mut self) -> Vec<ClientFrame> {
        if std::mem::take(&mut self.ask_again) {
            return vec![self.subscribe()];
        }
        if self.link != Link::Live {
            return Vec::new();
        }
        let past = self.ask_past();
        let next = self.next_draft();
        if let Some(name) = next.as_ref().and_then(|draft| draft.name.clone()) {
            self.name = name;
        }
        self.rename().into_iter().chain(past).chain(next.map(|draft| self.publish(draft))).collect()
    }

    /// Wants a part of the topic's past.
    pub fn want(&mut self, span: Span) {
        self.past.want(span);
    }

    /// Whether a turn to send would be used.
    pub fn wants_to_send(&self) -> bool {
        self.link == Link::Live && self.outbox.owes(self.user)
    }

    /// Another tab took a draft out before this one could send it.
    pub fn vanished(&mut self, draft: DraftId) {
        self.publishing.take_if(|(_, publishing)| *publishing == draft);
        self.outbox.remove(draft);
    }

    /// Whether more of what was missed is to come after this `seq`.
    pub fn is_catching_up_beyond(&self, seq: u64) -> bool {
        self.catching_up.is_some_and(|(head, _)| seq < head)
    }

    /// A frame came.
    pub fn received(&mut self, frame: ServerFrame) -> Reaction {
        let mut reaction = self.react_to(frame);
        reaction.changed.append(&mut self.changed);
        reaction
    }

    fn react_to(&mut self, frame: ServerFrame) -> Reaction {
        let mut reaction = Reaction::default();
        match frame {
            ServerFrame::Welcome { user, name, .. } => self.welcomed(user, name),
            ServerFrame::Subscribed { reference, epoch, head, mode, events, more, .. }
                if self.subscribing == Some(reference) =>
            {
                self.subscribing = None;
                reaction.settled = events.iter().filter_map(|event| self.settle(event)).collect();
                self.head = head;
                let applied = self.subscribed(mode, epoch, head, events, more);
                self.link = Link::Live;
                reaction.send.extend(self.mend(applied));
                reaction.send.extend(self.due());
            }
            ServerFrame::Event(event) if event.topic == self.topic => {
                reaction.settled.extend(self.settle(&event));
                let applied = self.apply(event);
                reaction.send.extend(self.mend(applied));
                reaction.send.extend(self.due());
            }
            ServerFrame::History { reference, epoch, head, from, to, events, .. }
                if self.past.answered(reference) && self.timeline.epoch() == Some(&epoch) =>
            {
                reaction.settled = events.iter().filter_map(|event| self.settle(event)).collect();
                self.timeline.fill(Part { from, to, head, events });
                reaction.send.extend(self.due());
            }
            ServerFrame::Ack { reference, draft, seq, .. } => {
                reaction.settled.extend(self.acknowledged(reference, draft, seq));
                reaction.send.extend(self.due());
            }
            ServerFrame::Error { reference, code, message, retry_ms } => {
                reaction.changed.extend(self.refused(reference, code, message));
                reaction.retry_ms = retry_ms.or(code.is_passing().then_some(1_000));
                if reaction.retry_ms.is_none() {
                    reaction.send.extend(self.due());
                }
            }
            ServerFrame::Presence { topic, here, joined, left } if topic == self.topic => {
                self.here = Some(here);
                self.notice(joined, Notice::Joined);
                self.notice(left, Notice::Left);
            }
            ServerFrame::Ping { n } => reaction.send.push(ClientFrame::Pong { n }),
            ServerFrame::Drain { within_ms } => reaction.drain_ms = Some(within_ms),
            _ => {}
        }
        reaction
    }

    /// Takes in the answer to a subscription; what was said while the page was cut off is counted.
    fn subscribed(&mut self, mode: Mode, epoch: Epoch, head: u64, events: Vec<Event>, more: bool) -> Applied {
        let was_away = std::mem::replace(&mut self.was_live, true) && self.link != Link::Live;
        if mode != Mode::Resume {
            let from = match events.first() {
                Some(first) if more => first.seq,
                None if more => head + 1,
                _ => 1,
            };
            self.catching_up = None;
            self.timeline.reset(epoch, Part { from, to: head, head, events });
            return Applied::Next;
        }
        let missed_some = self.timeline.position().is_some_and(|position| position.seq < head);
        if was_away {
            let so_far = self.catching_up.map_or(0, |(_, missed)| missed);
            self.catching_up = missed_some.then_some((head, so_far));
        }
        let applied: Vec<Applied> = events.into_iter().map(|event| self.apply(event)).collect();
        if applied.contains(&Applied::Gap) { Applied::Gap } else { Applied::Next }
    }

    fn apply(&mut self, event: Event) -> Applied {
        let (seq, is_message) = (event.seq, matches!(event.kind, EventKind::Message { .. }));
        let others = is_message && event.author.user != self.user;
        let applied = self.timeline.apply(event);
        if let (Some((head, missed)), Applied::Next) = (&mut self.catching_up, applied) {
            *missed += u64::from(others);
            if seq >= *head {
                let missed = *missed;
                self.catching_up = None;
                if missed > 0 {
                    self.timeline.notice(Notice::CaughtUp(missed));
                }
            }
        }
        applied
    }

    fn ask_past(&mut self) -> Option<ClientFrame> {
        let requests = &mut self.requests;
        self.past.ask(&self.topic, || {
            *requests += 1;
            *requests
        })
    }

    /// The session's name is this page's too, unless another was given here.
    fn welcomed(&mut self, user: UserId, name: Name) {
        self.user = user;
        if self.announced.as_ref() == Some(&self.name) {
            self.name = name.clone();
        }
        self.announced = Some(name);
    }

    fn rename(&mut self) -> Option<ClientFrame> {
        if self.announced.as_ref() == Some(&self.name) {
            return None;
        }
        self.announced = Some(self.name.clone());
        let reference = self.next_request();
        self.renaming = Some(reference);
        Some(ClientFrame::Rename { reference, name: self.name.clone() })
    }

    /// Nothing while events are missing that may be what is to be sent.
    fn next_draft(&mut self) -> Option<Draft> {
        let up_to_date = self.timeline.position().is_some_and(|position| position.seq >= self.head);
        if up_to_date { self.outbox.send_next(self.user) } else { None }
    }

    fn publish(&mut self, draft: Draft) -> ClientFrame {
        let reference = self.next_request();
        self.publishing = Some((reference, draft.id));
        draft.frame(reference)
    }

    fn subscribe(&mut self) -> ClientFrame {
        let reference = self.next_request();
        self.subscribing = Some(reference);
        let since = self.timeline.position();
        ClientFrame::Subscribe { reference, topic: self.topic.clone(), since, tail: 30, echo: true }
    }

    /// Events are missing: ask again from where we are, once.
    fn mend(&mut self, applied: Applied) -> Option<ClientFrame> {
        (applied == Applied::Gap && self.subscribing.is_none()).then(|| self.subscribe())
    }

    /// An own draft has come back as an event.
    fn settle(&mut self, event: &Event) -> Option<DraftId> {
        let draft = event.kind.draft()?;
        if event.author.user == self.user && event.kind.target().is_some() {
            self.landed(draft, event.seq);
        }
        self.outbox.remove(draft).then_some(draft)
    }

    fn acknowledged(&mut self, reference: u64, draft: DraftId, seq: u64) -> Option<DraftId> {
        if self.publishing == Some((reference, draft)) {
            self.publishing = None;
        }
        if self.outbox.get(draft).is_some_and(|entry| entry.draft.deed.target().is_some()) {
            self.landed(draft, seq);
        }
        let known = self.timeline.position().is_some_and(|position| seq <= position.seq);
        if known {
            return self.outbox.remove(draft).then_some(draft);
        }
        self.outbox.mark(draft, Progress::Stored(seq));
        None
    }

    /// The log has a change of the visitor's.
    fn landed(&mut self, draft: DraftId, seq: u64) {
        self.landed.insert(draft, seq);
        self.changed.extend(self.outbox.landed(draft, seq));
    }

    /// Says which draft was refused for good.
    fn refused(&mut self, reference: Option<u64>, code: ErrorCode, message: String) -> Option<Draft> {
        if let Some(reference) = reference {
            self.past.refused(reference, code.is_passing());
        }
        match self.publishing {
            Some((publishing, draft)) if reference == Some(publishing) => {
                self.publishing = None;
                let progress = if code.is_passing() { Progress::Waiting } else { Progress::Refused(message) };
                self.outbox.mark(draft, progress);
                let refused = self.outbox.get(draft).filter(|entry| entry.draft.refused.is_some());
                return refused.map(|entry| entry.draft.clone());
            }
            _ if reference.is_some() && reference == self.subscribing => {
                self.subscribing = None;
                self.ask_again = code.is_passing();
                if !self.ask_again {
                    self.link = Link::Refused(message);
                }
            }
            // Said anew with the next thing that is due.
            _ if reference.is_some() && reference == self.renaming => self.announced = None,
            _ => {}
        }
        None
    }

    fn notice(&mut self, names: Vec<Name>, kind: fn(Vec<Name>) -> Notice) {
        if !names.is_empty() {
            self.timeline.notice(kind(names));
        }
    }

    fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }
}

#[cfg(test)]
mod tests;
