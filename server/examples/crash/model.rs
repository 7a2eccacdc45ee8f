//! The reference model: the topic's expected state, computed from the authors' operations and the `seq` of each.
//!
//! It shares no code with the server or the page, which apply events; it replays operations.

use std::collections::BTreeMap;

use app::protocol::{About, AboutFields, Action, DraftId, ErrorCode, Event, EventKind, UserId};

/// The expected state of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    author: UserId,
    draft: DraftId,
    body: String,
    revision: u64,
    deleted: bool,
    /// The people who reacted with each emoji, in the order of their reactions.
    reactions: BTreeMap<String, Vec<UserId>>,
}

/// All messages of a topic and their changes.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) messages: BTreeMap<u64, Message>,
    title: String,
    description: String,
    /// The `seq` of the newest event.
    head: u64,
    /// Edits and deletions: the message's `seq`, the event's `seq`, and whether it was a deletion.
    rewritten: Vec<(u64, u64, bool)>,
}

impl Model {
    /// Applies the operation that was stored as the next event.
    ///
    /// # Errors
    /// The reason for which the server should have refused it.
    pub(crate) fn apply(
        &mut self,
        seq: u64,
        by: UserId,
        draft: DraftId,
        operation: &Action,
    ) -> Result<(), String> {
        self.head = seq;
        let Some(target) = operation.target() else {
            return self.apply_without_target(seq, by, draft, operation);
        };
        let message = self.messages.get_mut(&target).filter(|message| !message.deleted);
        let message = message.ok_or("it changes a message that does not exist")?;
        message.change(seq, by, operation)?;
        if operation.revision().is_some() {
            self.rewritten.push((target, seq, matches!(operation, Action::Delete { .. })));
        }
        Ok(())
    }

    fn apply_without_target(
        &mut self,
        seq: u64,
        by: UserId,
        draft: DraftId,
        operation: &Action,
    ) -> Result<(), String> {
        match operation {
            Action::Publish { body, .. } => {
                let message = Message {
                    author: by,
                    draft,
                    body: body.clone(),
                    revision: seq,
                    deleted: false,
                    reactions: BTreeMap::new(),
                };
                self.messages.insert(seq, message);
                Ok(())
            }
            Action::Describe { new: true, .. } if seq > 1 => Err("it creates a topic that exists".to_owned()),
            Action::Describe { change, .. } => {
                if change.part != AboutFields::Description {
                    change.about.title().clone_into(&mut self.title);
                }
                if change.part != AboutFields::Title {
                    change.about.description().clone_into(&mut self.description);
                }
                Ok(())
            }
            Action::Edit { .. } | Action::Delete { .. } | Action::React { .. } => {
                Err("it changes no message".to_owned())
            }
        }
    }

    /// Whether the topic has this title and description.
    pub(crate) fn is_described_as(&self, about: &About) -> bool {
        (about.title(), about.description()) == (&self.title, &self.description)
    }

    /// Whether the refusal was right at some moment before the event `before` (at any moment if that is `None`).
    pub(crate) fn justifies(
        &self,
        by: UserId,
        operation: &Action,
        code: ErrorCode,
        before: Option<u64>,
    ) -> bool {
        let Some(target) = operation.target() else {
            return match operation {
                Action::Describe { new: true, .. } => code == ErrorCode::Exists && self.head > 0,
                // Each topic was missing once.
                Action::Describe { new: false, .. } => code == ErrorCode::NotFound,
                _ => false,
            };
        };
        let Some(message) = self.messages.get(&target) else { return code == ErrorCode::NotFound };
        let early = |seq: u64| before.is_none_or(|before| seq < before);
        let mut rewritten = self.rewritten.iter().filter(|&&(of, seq, _)| of == target && early(seq));
        match (code, operation.revision()) {
            (ErrorCode::NotFound, _) => rewritten.any(|&(_, _, deleted)| deleted),
            (ErrorCode::Forbidden, Some(_)) => message.author != by,
            (ErrorCode::Stale, Some(revision)) => {
                message.author == by && rewritten.any(|&(_, seq, _)| seq > revision)
            }
            _ => false,
        }
    }

    /// Whether a message's first text was replaced or removed.
    pub(crate) fn is_rewritten(&self, seq: u64) -> bool {
        self.rewritten.iter().any(|&(message, ..)| message == seq)
    }

    /// Checks that the events are exactly the messages from `from` to `to` in their expected state.
    pub(crate) fn check_messages<'a>(
        &self,
        from: u64,
        to: u64,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Result<(), String> {
        let mut events = events.into_iter();
        for (seq, expected) in self.messages.range(from..=to.max(from)).filter(|(seq, _)| **seq <= to) {
            let event = events.next().ok_or_else(|| format!("message {seq} is missing"))?;
            let actual = Message::from_event(event);
            if event.seq != *seq || actual.as_ref() != Some(expected) {
                return Err(format!("message {seq} should be {expected:?}, and is {event:?}"));
            }
        }
        events.next().map_or(Ok(()), |event| Err(format!("unexpected message: {event:?}")))
    }
}

impl Message {
    fn change(&mut self, seq: u64, by: UserId, operation: &Action) -> Result<(), String> {
        if operation.revision().is_some_and(|revision| (self.author, self.revision) != (by, revision)) {
            return Err(format!("it changes another author's text or another revision: {self:?}"));
        }
        match operation {
            // They change no message.
            Action::Publish { .. } | Action::Describe { .. } => {}
            Action::Edit { body, .. } => (self.body, self.revision) = (body.clone(), seq),
            Action::Delete { .. } => {
                (self.body, self.revision, self.deleted) = (String::new(), seq, true);
                self.reactions.clear();
            }
            Action::React { emoji, on, .. } => {
                let people = self.reactions.entry(emoji.to_string()).or_default();
                match people.iter().position(|person| *person == by) {
                    None if *on => people.push(by),
                    Some(index) if !on => drop(people.remove(index)),
                    _ => {}
                }
                self.reactions.retain(|_, people| !people.is_empty());
            }
        }
        Ok(())
    }

    /// Reads a message from an event. Returns `None` for other events, and if an emoji occurs twice in its reactions.
    fn from_event(event: &Event) -> Option<Self> {
        let EventKind::Message { draft, body, revision, deleted, reactions, .. } = &event.kind else {
            return None;
        };
        let of = |reactions: &app::protocol::Reactions| {
            (reactions.emoji.to_string(), reactions.people.iter().map(|person| person.user).collect())
        };
        let by_emoji: BTreeMap<_, _> = reactions.iter().map(of).collect();
        let once = by_emoji.len() == reactions.len();
        once.then(|| Self {
            author: event.author.user,
            draft: *draft,
            body: body.clone(),
            revision: revision.unwrap_or(event.seq),
            deleted: *deleted,
            reactions: by_emoji,
        })
    }
}

/// Whether the event is the result of this operation. The event's text may be gone, since a later operation replaced it.
pub(crate) fn is_result_of(event: &Event, operation: &Action) -> bool {
    match (operation, &event.kind) {
        (Action::Publish { body, .. }, EventKind::Message { body: stored, revision, .. }) => {
            revision.is_some() || body == stored
        }
        (Action::Edit { message, body, .. }, EventKind::Edit { message: edited, body: stored, .. }) => {
            message == edited && stored.as_ref().is_none_or(|stored| stored == body)
        }
        (Action::Delete { message, .. }, EventKind::Deletion { message: deleted, .. }) => message == deleted,
        (
            Action::React { message, emoji, on },
            EventKind::Reaction { message: about, emoji: with, on: is_on, .. },
        ) => (message, emoji, on) == (about, with, is_on),
        // The model compares the texts.
        (Action::Describe { .. }, EventKind::About { .. }) => true,
        _ => false,
    }
}
