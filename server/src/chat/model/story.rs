//! The model: what the log is, as the protocol's document has it, and in its simplest form. A list of what happened,
//! and a map of drafts; everything else is worked out from the list, each time from its beginning.

use std::collections::{BTreeMap, HashMap};

use app::protocol::{DraftId, Event, EventKind, UserId};

use crate::event_log::{Action, AppendError, Receipt};

#[derive(Clone)]
struct Told {
    user: UserId,
    draft: DraftId,
    action: Action,
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stands {
    text: Text,
    /// Each emoji, in its own order, and who reacted with it, in the order in which they came.
    reactions: Vec<(String, Vec<UserId>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    body: String,
    revision: Option<u64>,
    deleted: bool,
}

#[derive(Clone, Default)]
pub(super) struct Story {
    /// The event with `seq` 1 first.
    log: Vec<Told>,
    drafts: HashMap<(UserId, DraftId), u64>,
    max_reactions: usize,
}

impl Story {
    pub(super) fn new(max_reactions: usize) -> Self {
        Self { max_reactions, ..Self::default() }
    }

    pub(super) fn head(&self) -> u64 {
        self.log.len() as u64
    }

    /// What the log must answer, and what it then holds.
    pub(super) fn submit(
        &mut self,
        user: UserId,
        draft: DraftId,
        action: &Action,
    ) -> Result<Receipt, AppendError> {
        if let Some(&seq) = self.drafts.get(&(user, draft)) {
            let same = self.is_forgotten(seq) || self.told(seq).is_some_and(|told| told.action == *action);
            return if same { Ok(Receipt { seq, duplicate: true }) } else { Err(AppendError::Conflict) };
        }
        self.admit(user, action)?;
        self.log.push(Told { user, draft, action: action.clone() });
        self.drafts.insert((user, draft), self.head());
        Ok(Receipt { seq: self.head(), duplicate: false })
    }

    /// Other content under a draft whose text is gone is taken for a retry; in the batch that removes the text it is told
    /// apart still.
    pub(super) fn may_conflict(&self, user: UserId, draft: DraftId, action: &Action) -> bool {
        let seq = self.drafts.get(&(user, draft));
        seq.and_then(|&seq| self.told(seq)).is_some_and(|told| told.action != *action)
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
        let Some(target) = target(action) else { return Ok(()) };
        let message = self.told(target).filter(|told| matches!(told.action, Action::Publish { .. }));
        let message = message.ok_or(AppendError::NotFound)?;
        let Stands { text, reactions } = self.stands(target, self.head());
        if text.deleted {
            return Err(AppendError::NotFound);
        }
        match action {
            Action::React { emoji, on: true, .. } => {
                let own = |with: &str, by: UserId| with == emoji.as_str() && by == user;
                let people =
                    reactions.iter().flat_map(|(with, people)| people.iter().map(move |&by| (with, by)));
                let others = people.filter(|(with, by)| !own(with, *by)).count();
                if others >= self.max_reactions { Err(AppendError::TooManyReactions) } else { Ok(()) }
            }
            Action::Edit { revision, .. } | Action::Delete { revision, .. } => {
                if message.user != user {
                    Err(AppendError::Forbidden)
                } else if text.revision.unwrap_or(target) != *revision {
                    Err(AppendError::Stale)
                } else {
                    Ok(())
                }
            }
            Action::Publish { .. } | Action::React { .. } | Action::Describe { .. } => Ok(()),
        }
    }

    /// What names the event at a place.
    pub(super) fn draft_at(&self, seq: u64) -> Option<DraftId> {
        self.told(seq).map(|told| told.draft)
    }

    fn told(&self, seq: u64) -> Option<&Told> {
        self.log.get(seq.checked_sub(1)? as usize)
    }

    /// Whether an event's text was replaced or removed for good, and its fingerprint with it: a message's or an edit's, by any
    /// later edit or deletion of the message.
    fn is_forgotten(&self, seq: u64) -> bool {
        let of = match self.told(seq).map(|told| &told.action) {
            Some(Action::Publish { .. }) => seq,
            Some(Action::Edit { message, .. }) => *message,
            _ => return false,
        };
        self.log.iter().skip(seq as usize).any(
            |told| matches!(&told.action, Action::Edit { message, .. } | Action::Delete { message, .. } if *message == of),
        )
    }

    /// The message at a place, after the first `at` events.
    pub(super) fn stands(&self, seq: u64, at: u64) -> Stands {
        let mut text = Text { body: String::new(), revision: None, deleted: false };
        let mut reactions: BTreeMap<String, Vec<UserId>> = BTreeMap::new();
        for (told, by) in self.log.iter().zip(1..).take(at as usize).filter(|(_, by)| *by >= seq) {
            match &told.action {
                Action::Publish { body, .. } if by == seq => text.body.clone_from(body),
                Action::Edit { message, body, .. } if *message == seq => {
                    text = Text { body: body.clone(), revision: Some(by), deleted: false };
                }
                Action::Delete { message, .. } if *message == seq => {
                    text = Text { body: String::new(), revision: Some(by), deleted: true };
                    reactions.clear();
                }
                Action::React { message, emoji, on } if *message == seq => {
                    let people = reactions.entry(emoji.to_string()).or_default();
                    let known = people.iter().position(|person| *person == told.user);
                    match (known, on) {
                        (None, true) => people.push(told.user),
                        (Some(place), false) => drop(people.remove(place)),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        reactions.retain(|_, people| !people.is_empty());
        Stands { text, reactions: reactions.into_iter().collect() }
    }

    /// The event that wrote a message's text last.
    pub(super) fn revision(&self, seq: u64) -> u64 {
        self.stands(seq, self.head()).text.revision.unwrap_or(seq)
    }

    pub(super) fn messages(&self, from: u64, to: u64) -> Vec<u64> {
        let is = |seq: &u64| matches!(self.told(*seq), Some(Told { action: Action::Publish { .. }, .. }));
        (from.max(1)..=to.min(self.head())).filter(is).collect()
    }

    /// Whether an event is told as it was at some moment from the event `from` on. A message told as it stands has its
    /// reactions with it; in a resume they are events of their own.
    pub(super) fn is(&self, event: &Event, from: u64, with_reactions: bool) -> bool {
        let Some(told) = self.told(event.seq) else { return false };
        if (event.author.user, event.kind.draft()) != (told.user, Some(told.draft)) {
            return false;
        }
        let from = from.max(event.seq);
        match (&told.action, &event.kind) {
            (Action::Publish { reply_to, .. }, EventKind::Message { reply_to: told, .. })
                if reply_to != told =>
            {
                false
            }
            (Action::Publish { .. }, EventKind::Message { .. }) => {
                let Some(stands) = Stands::of(event) else { return false };
                let mut then = (from..=self.head()).map(|at| self.stands(event.seq, at));
                let text = then.clone().any(|then| then.text == stands.text);
                let reacted = if with_reactions {
                    then.any(|then| then.reactions == stands.reactions)
                } else {
                    stands.reactions.is_empty()
                };
                text && reacted
            }
            (Action::Edit { message, body, .. }, EventKind::Edit { message: of, body: told, .. }) => {
                let replaced = |at: &u64| self.replaced(event.seq, *at);
                let fits = match told {
                    Some(told) => told == body && !replaced(&from),
                    None => replaced(&self.head()),
                };
                fits && message == of
            }
            (Action::Describe { about, .. }, EventKind::About { about: told, .. }) => about == told,
            (Action::Delete { message, .. }, EventKind::Deletion { message: of, .. }) => message == of,
            (
                Action::React { message, emoji, on },
                EventKind::Reaction { message: of, emoji: with, on: is, .. },
            ) => (message, emoji, on) == (of, with, is),
            _ => false,
        }
    }

    /// Whether an edit's text was replaced or removed by one of the first `at` events.
    fn replaced(&self, edit: u64, at: u64) -> bool {
        let Some(of) = self.told(edit).and_then(|told| target(&told.action)) else { return false };
        self.log.iter().take(at as usize).skip(edit as usize).any(
            |told| matches!(&told.action, Action::Edit { message, .. } | Action::Delete { message, .. } if *message == of),
        )
    }
}

impl Stands {
    /// As it is told; none for what is no message.
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

fn target(action: &Action) -> Option<u64> {
    match action {
        Action::Publish { .. } | Action::Describe { .. } => None,
        Action::Edit { message, .. } | Action::Delete { message, .. } | Action::React { message, .. } => {
            Some(*message)
        }
    }
}
