//! The model: the log as docs/PROTOCOL.md describes it, in its simplest form. A list of events and a map of drafts;
//! everything else is computed from the list, each time from its start.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
};

use app::protocol::{Action, DraftId, Event, EventKind, Position, Timestamp, UserId};

use crate::event_log::{AppendError, Receipt};

#[derive(Clone)]
struct LoggedEvent {
    user: UserId,
    draft: DraftId,
    action: Action,
    /// The time that the server gave the event, once it was seen.
    at: Cell<Option<Timestamp>>,
}

impl LoggedEvent {
    fn replaces_text_of(&self, message: u64) -> bool {
        self.action.revision().is_some() && self.action.target() == Some(message)
    }
}

/// The state of a message after some event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageState {
    text: Text,
    /// Each emoji in order of its text, with the people who reacted in order of their reactions.
    reactions: Vec<(String, Vec<UserId>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    body: String,
    revision: Option<u64>,
    deleted: bool,
}

#[derive(Clone, Default)]
pub(super) struct ModelLog {
    /// The first entry has `seq` 1.
    log: Vec<LoggedEvent>,
    drafts: HashMap<(UserId, DraftId), u64>,
    max_reactions: usize,
}

impl ModelLog {
    pub(super) fn new(max_reactions: usize) -> Self {
        Self { max_reactions, ..Self::default() }
    }

    pub(super) fn head(&self) -> u64 {
        self.log.len() as u64
    }

    /// Applies an action as the log must, and returns the reply that the log must give.
    pub(super) fn submit(
        &mut self,
        user: UserId,
        draft: DraftId,
        action: &Action,
    ) -> Result<Receipt, AppendError> {
        if let Some(&seq) = self.drafts.get(&(user, draft)) {
            let same = self.is_content_removed(seq)
                || self.event(seq).is_some_and(|logged| logged.action == *action);
            return if same { Ok(Receipt { seq, duplicate: true }) } else { Err(AppendError::Conflict) };
        }
        self.admit(user, action)?;
        self.log.push(LoggedEvent { user, draft, action: action.clone(), at: Cell::default() });
        self.drafts.insert((user, draft), self.head());
        Ok(Receipt { seq: self.head(), duplicate: false })
    }

    /// Different content under a draft whose text was removed counts as a retry, because there is nothing left to
    /// compare. Within the batch that removes the text the log can still compare, and replies `conflict`.
    pub(super) fn may_conflict(&self, user: UserId, draft: DraftId, action: &Action) -> bool {
        let seq = self.drafts.get(&(user, draft));
        seq.and_then(|&seq| self.event(seq)).is_some_and(|logged| logged.action != *action)
    }

    fn admit(&self, user: UserId, action: &Action) -> Result<(), AppendError> {
        match action {
            Action::Publish { reply_to: Some(seq), .. } if !(1..=self.head()).contains(seq) => {
                return Err(AppendError::NotFound);
            }
            Action::Describe { new: true, .. } if self.head() > 0 => return Err(AppendError::Exists),
            Action::Describe { new: false, .. } if self.head() == 0 => return Err(AppendError::NotFound),
            _ => {}
        }
        let Some(target) = action.target() else { return Ok(()) };
        let message = self.event(target).filter(|logged| matches!(logged.action, Action::Publish { .. }));
        let message = message.ok_or(AppendError::NotFound)?;
        let MessageState { text, reactions } = self.state_at(target, self.head());
        if text.deleted {
            return Err(AppendError::NotFound);
        }
        if let Some(seen) = action.revision() {
            if message.user != user {
                return Err(AppendError::Forbidden);
            }
            if text.revision.unwrap_or(target) != seen {
                return Err(AppendError::Stale);
            }
        }
        if let Action::React { emoji, on: true, .. } = action {
            let own = |with: &str, by: UserId| with == emoji.as_str() && by == user;
            let people = reactions.iter().flat_map(|(with, people)| people.iter().map(move |&by| (with, by)));
            let others = people.filter(|(with, by)| !own(with, *by)).count();
            if others >= self.max_reactions {
                return Err(AppendError::TooManyReactions);
            }
        }
        Ok(())
    }

    pub(super) fn draft_at(&self, seq: u64) -> Option<DraftId> {
        self.event(seq).map(|logged| logged.draft)
    }

    /// Takes note of the time of an event, which the server chooses. Returns whether it is the time that was seen before, if any.
    pub(super) fn has_time(&self, seq: u64, at: Timestamp) -> bool {
        self.event(seq).is_some_and(|logged| {
            let known = logged.at.get().unwrap_or(at);
            logged.at.set(Some(known));
            known == at
        })
    }

    /// Returns the time of an event, if it was seen.
    pub(super) fn time_at(&self, seq: u64) -> Option<Timestamp> {
        self.event(seq)?.at.get()
    }

    /// Whether the log holds the event that a position names. A time that was not seen in this history is of another one.
    pub(super) fn holds(&self, Position { seq, draft, at, .. }: &Position) -> bool {
        *seq == 0
            || draft.is_none_or(|_| *draft == self.draft_at(*seq))
                && at.is_none_or(|_| *at == self.time_at(*seq))
    }

    fn event(&self, seq: u64) -> Option<&LoggedEvent> {
        self.log.get(seq.checked_sub(1)? as usize)
    }

    /// Whether the text of a message or an edit was removed, and its fingerprint with it: by any later edit or deletion
    /// of the message.
    fn is_content_removed(&self, seq: u64) -> bool {
        let action = self.event(seq).map(|logged| &logged.action);
        let Some(action) = action.filter(|action| action.body().is_some()) else { return false };
        let of = action.target().unwrap_or(seq);
        self.log.iter().skip(seq as usize).any(|logged| logged.replaces_text_of(of))
    }

    /// Returns the state of the message `seq` after the first `at` events.
    pub(super) fn state_at(&self, seq: u64, at: u64) -> MessageState {
        let mut text = Text { body: String::new(), revision: None, deleted: false };
        let mut reactions: BTreeMap<String, Vec<UserId>> = BTreeMap::new();
        let log = self.log.iter().zip(1..).take(at as usize);
        for (logged, by) in log.filter(|(logged, by)| logged.action.target().unwrap_or(*by) == seq) {
            match &logged.action {
                Action::Publish { body, .. } => text.body.clone_from(body),
                Action::Edit { body, .. } => {
                    text = Text { body: body.clone(), revision: Some(by), deleted: false };
                }
                Action::Delete { .. } => {
                    text = Text { body: String::new(), revision: Some(by), deleted: true };
                    reactions.clear();
                }
                Action::React { emoji, on, .. } => {
                    let people = reactions.entry(emoji.to_string()).or_default();
                    let known = people.iter().position(|person| *person == logged.user);
                    match (known, on) {
                        (None, true) => people.push(logged.user),
                        (Some(place), false) => drop(people.remove(place)),
                        _ => {}
                    }
                }
                Action::Describe { .. } => {}
            }
        }
        reactions.retain(|_, people| !people.is_empty());
        MessageState { text, reactions: reactions.into_iter().collect() }
    }

    /// Returns the `seq` of the event that wrote the message's text last.
    pub(super) fn revision(&self, seq: u64) -> u64 {
        self.state_at(seq, self.head()).text.revision.unwrap_or(seq)
    }

    /// Returns the messages whose text was `body` in each state since the event `from`.
    pub(super) fn holding(&self, body: &str, from: u64) -> impl Iterator<Item = u64> {
        let holds = move |seq: &u64| {
            (from..=self.head()).all(|at| {
                let text = self.state_at(*seq, at).text;
                text.body == body && !text.deleted
            })
        };
        self.messages(1, from).into_iter().filter(holds)
    }

    /// Returns the text of a message as it is now; empty if it was deleted.
    pub(super) fn body(&self, seq: u64) -> String {
        self.state_at(seq, self.head()).text.body
    }

    /// Returns the `seq` of a draft.
    pub(super) fn seq_of(&self, user: UserId, draft: DraftId) -> Option<u64> {
        self.drafts.get(&(user, draft)).copied()
    }

    pub(super) fn messages(&self, from: u64, to: u64) -> Vec<u64> {
        let is =
            |seq: &u64| matches!(self.event(*seq), Some(LoggedEvent { action: Action::Publish { .. }, .. }));
        (from.max(1)..=to.min(self.head())).filter(is).collect()
    }

    /// Whether an event shows the state at some moment since the event `from`. Messages of a tail or of history hold
    /// their reactions (`with_reactions`); in a resume, reactions are events of their own.
    pub(super) fn is(&self, event: &Event, from: u64, with_reactions: bool) -> bool {
        let Some(logged) = self.event(event.seq) else { return false };
        if (event.author.user, event.kind.draft()) != (logged.user, Some(logged.draft)) {
            return false;
        }
        if !self.has_time(event.seq, event.at) {
            return false;
        }
        let from = from.max(event.seq);
        match (&logged.action, &event.kind) {
            (Action::Publish { reply_to, .. }, EventKind::Message { reply_to: logged, .. })
                if reply_to != logged =>
            {
                false
            }
            (Action::Publish { .. }, EventKind::Message { .. }) => {
                let Some(stands) = MessageState::of(event) else { return false };
                let mut then = (from..=self.head()).map(|at| self.state_at(event.seq, at));
                let text = then.clone().any(|then| then.text == stands.text);
                let reacted = if with_reactions {
                    then.any(|then| then.reactions == stands.reactions)
                } else {
                    stands.reactions.is_empty()
                };
                text && reacted
            }
            (Action::Edit { message, body, .. }, EventKind::Edit { message: of, body: logged, .. }) => {
                let replaced = |at: &u64| self.replaced(event.seq, *at);
                let fits = match logged {
                    Some(logged) => logged == body && !replaced(&from),
                    None => replaced(&self.head()),
                };
                fits && message == of
            }
            (Action::Describe { change, .. }, EventKind::About { about: logged, .. }) => {
                change.about == *logged
            }
            (Action::Delete { message, .. }, EventKind::Deletion { message: of, .. }) => message == of,
            (
                Action::React { message, emoji, on },
                EventKind::Reaction { message: of, emoji: with, on: is, .. },
            ) => (message, emoji, on) == (of, with, is),
            _ => false,
        }
    }

    /// Whether an edit's text was replaced or deleted by one of the first `at` events.
    fn replaced(&self, edit: u64, at: u64) -> bool {
        let Some(of) = self.event(edit).and_then(|logged| logged.action.target()) else { return false };
        self.log.iter().take(at as usize).skip(edit as usize).any(|logged| logged.replaces_text_of(of))
    }
}

impl MessageState {
    /// The state that an event shows, or `None` if it is no message.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let EventKind::Message { body, revision, deleted, reactions, .. } = &event.kind else { return None };
        let text = Text { body: body.clone(), revision: *revision, deleted: *deleted };
        let reactions = reactions
            .iter()
            .map(|r| (r.emoji.to_string(), r.people.iter().map(|person| person.user).collect()))
            .collect();
        Some(Self { text, reactions })
    }
}
