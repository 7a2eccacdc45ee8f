//! The state of one topic: its timeline, its people, and its subscription.

use std::sync::Arc;

use super::TopicSnapshot;
use crate::{
    model::{
        history::HistoryLoader,
        sorted::SortedSet,
        timeline::{ApplyOutcome, LogSlice, Notice, Timeline},
    },
    protocol::{
        About, ClientFrame, DEFAULT_PAGE_SIZE, DraftId, Epoch, Event, EventKind, Name, Person,
        SubscriptionMode, Timestamp, TopicName, UserId,
    },
};

/// A topic that the page shows or has shown, and that stays subscribed.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicState {
    pub topic: TopicName,
    /// Its messages.
    pub timeline: Timeline,
    /// Its title and description; `None` until the subscription's reply.
    pub about: Option<About>,
    /// The title as of the timeline's last event, or `None` if it is not known. `about` may be newer: the reply to a subscription has the
    /// current title before the missed events are read.
    title_in_log: Option<String>,
    /// The number of people present; `None` until the server reported it.
    pub here: Option<u64>,
    /// Some of the people present, as of the last `members` request.
    pub people: Vec<Person>,
    /// The people who are typing, with the number of reports so far.
    pub typing: (u64, Vec<Person>),
    /// Messages after this `seq` are marked as new: the read mark of the moment when the topic was shown last. `None` if nothing was
    /// unread then.
    pub new_after: Option<u64>,
    /// Whether messages in view stay unread, because they were marked so.
    pub(super) keeps_unread: bool,
    /// Viewed messages that come after an unviewed one.
    pub(super) viewed: SortedSet,
    /// Quoted messages that are not part of the rendered slice.
    pub(super) quoted: Vec<Arc<Event>>,
    /// Why the subscription was refused permanently.
    pub refused: Option<String>,
    pub(super) history: HistoryLoader,
    /// The log's head when the subscription began. Events up to it may contain own drafts of an earlier connection.
    pub(super) head: u64,
    /// A `subscribe` has to be sent: for the first time, after a reconnect, or after an error that can be retried.
    pub(super) needs_subscribe: bool,
    pub(super) subscribe_request: Option<u64>,
    /// While catching up after a disconnection: the head to reach, and the number of missed messages of other people so far.
    catch_up: Option<(u64, u64)>,
    /// The visitor's own arrival is not reported yet and will not be shown.
    hides_own_join: bool,
    /// Whether it was ever subscribed.
    pub(super) was_live: bool,
    is_live: bool,
}

impl TopicState {
    /// Creates the state of a topic that is loaded.
    pub(super) fn from_snapshot(snapshot: TopicSnapshot) -> Self {
        let mut state = Self::new(snapshot.topic);
        state.timeline = Timeline::new(snapshot.epoch, snapshot.part);
        state.timeline.set_head_event(snapshot.head_draft, snapshot.head_at);
        state.title_in_log = Some(snapshot.about.title().to_owned());
        state.about = Some(snapshot.about);
        state.quoted = snapshot.quoted.into_iter().map(Arc::new).collect();
        state.needs_subscribe = false;
        state
    }

    /// Creates the state of a topic that is not loaded.
    pub(super) fn new(topic: TopicName) -> Self {
        Self {
            topic,
            timeline: Timeline::default(),
            about: None,
            title_in_log: None,
            here: None,
            people: Vec::new(),
            typing: (0, Vec::new()),
            new_after: None,
            keeps_unread: false,
            viewed: SortedSet::default(),
            quoted: Vec::new(),
            refused: None,
            history: HistoryLoader::default(),
            head: 0,
            needs_subscribe: true,
            subscribe_request: None,
            catch_up: None,
            hides_own_join: true,
            was_live: false,
            is_live: false,
        }
    }

    /// Returns the message with this `seq`, if it is loaded or quoted by another.
    pub fn message(&self, seq: u64) -> Option<&Arc<Event>> {
        self.timeline.message(seq).or_else(|| self.quoted.iter().find(|event| event.seq == seq))
    }

    /// Whether the timeline has a position, i.e. was rendered or subscribed.
    pub fn is_loaded(&self) -> bool {
        self.timeline.position().is_some()
    }

    /// Whether a history request is in flight.
    pub fn is_loading_history(&self) -> bool {
        self.history.is_loading()
    }

    /// Whether the topic is subscribed on the current connection.
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// Whether all events have arrived that the log had when the subscription began.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.timeline.position().is_some_and(|position| position.seq >= self.head)
    }

    /// Whether the event with this `seq` is applied.
    pub(super) fn contains(&self, seq: u64) -> bool {
        self.timeline.position().is_some_and(|position| seq <= position.seq)
    }

    pub(super) fn subscribe(&mut self, reference: u64) -> ClientFrame {
        self.needs_subscribe = false;
        self.subscribe_request = Some(reference);
        let since = self.timeline.resume_position();
        let tail = DEFAULT_PAGE_SIZE;
        ClientFrame::Subscribe { reference, topic: self.topic.clone(), since, tail, echo: true }
    }

    /// Resets what belongs to the connection.
    pub(super) fn disconnected(&mut self) {
        self.here = None;
        self.subscribe_request = None;
        self.typing.1.clear();
        self.needs_subscribe = false;
        self.is_live = false;
        self.history.disconnected();
    }

    /// Applies the reply to a subscription. After a disconnection, starts to count the messages that were missed.
    pub(super) fn subscribed(
        &mut self,
        reader: UserId,
        mode: SubscriptionMode,
        epoch: Epoch,
        reply: SubscribedData,
    ) -> ApplyOutcome {
        let SubscribedData { head, draft, at, events, more, about } = reply;
        self.about = about.or_else(|| self.about.take());
        let was_away = std::mem::replace(&mut self.was_live, true) && !self.is_live;
        self.subscribe_request = None;
        self.head = head;
        self.is_live = true;
        self.refused = None;
        if mode != SubscriptionMode::Resume {
            let from = match events.first() {
                Some(first) if more => first.seq,
                None if more => head + 1,
                _ => 1,
            };
            self.catch_up = None;
            self.title_in_log = self.about.as_ref().map(|about| about.title().to_owned());
            self.viewed.clear();
            self.timeline.reset(epoch, LogSlice { from, to: head, head, events });
            self.timeline.set_head_event(draft, at);
            return ApplyOutcome::Applied;
        }
        let missed_some = self.timeline.position().is_some_and(|position| position.seq < head);
        if was_away {
            let so_far = self.catch_up.map_or(0, |(_, missed)| missed);
            self.catch_up = missed_some.then_some((head, so_far));
        }
        let applied: Vec<ApplyOutcome> = events.into_iter().map(|event| self.apply(reader, event)).collect();
        if applied.contains(&ApplyOutcome::OutOfSequence) {
            ApplyOutcome::OutOfSequence
        } else {
            ApplyOutcome::Applied
        }
    }

    /// Applies an event.
    pub(super) fn apply(&mut self, reader: UserId, event: Event) -> ApplyOutcome {
        let seq = event.seq;
        let is_message = matches!(event.kind, EventKind::Message { .. });
        let is_by_others = is_message && event.author.user != reader;
        let described = match &event.kind {
            EventKind::About { about, .. } => Some((event.author.name.clone(), about.clone())),
            _ => None,
        };
        self.keeps_unread &= !is_by_others;
        if is_message {
            self.typing.1.retain(|person| person.user != event.author.user);
        }
        let applied = self.timeline.apply(event);
        if let (Some((name, about)), ApplyOutcome::Applied) = (described, applied) {
            let title = about.title().to_owned();
            // Only the description has changed otherwise.
            if self.title_in_log.as_ref() != Some(&title) {
                self.timeline.notice(Notice::About(name, title.clone()));
            }
            self.title_in_log = Some(title);
            self.about = Some(about);
        }
        if applied == ApplyOutcome::Applied {
            self.count_missed(seq, is_by_others);
        }
        applied
    }

    fn count_missed(&mut self, seq: u64, is_by_others: bool) {
        let Some((head, missed)) = &mut self.catch_up else { return };
        *missed += u64::from(is_by_others);
        if seq >= *head {
            let missed = *missed;
            self.catch_up = None;
            if missed > 0 {
                self.timeline.notice(Notice::CaughtUp(missed));
            }
        }
    }

    /// Sets the people who are typing, without the reader.
    pub(super) fn set_typing(&mut self, reader: UserId, mut people: Vec<Person>) {
        people.retain(|person| person.user != reader);
        self.typing = (self.typing.0 + 1, people);
    }

    /// Clears the people who are typing, unless a newer report than number `report` has arrived.
    pub fn clear_typing(&mut self, report: u64) {
        if self.typing.0 == report {
            self.typing.1.clear();
        }
    }

    /// Applies a presence report.
    pub(super) fn presence(&mut self, reader: &Name, here: u64, mut joined: Vec<Name>, left: Vec<Name>) {
        self.here = Some(here);
        if let Some(own) = joined.iter().position(|name| name == reader).filter(|_| self.hides_own_join) {
            joined.remove(own);
            self.hides_own_join = false;
        }
        self.timeline.presence(joined, left);
    }
}

/// The content of the reply to a subscription.
pub(super) struct SubscribedData {
    pub(super) head: u64,
    /// The draft id of the event at `head`, if the server sent it.
    pub(super) draft: Option<DraftId>,
    /// The time of that event, if the server sent it.
    pub(super) at: Option<Timestamp>,
    pub(super) events: Vec<Event>,
    pub(super) more: bool,
    pub(super) about: Option<About>,
}
