//! The log as the authors' books tell it: what stands where, worked out from what they wanted and where it was put.
//!
//! Shares no line with the server or the page, which amend events; this replays wishes.

use std::collections::BTreeMap;

use app::protocol::{DraftId, ErrorCode, Event, EventKind, UserId};

use crate::wish::Wish;

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stands {
    author: UserId,
    draft: DraftId,
    body: String,
    revision: u64,
    deleted: bool,
    /// Each emoji, and who reacted with it, in the order in which they came.
    reactions: BTreeMap<String, Vec<UserId>>,
}

/// All messages of a log, and what was done to them.
#[derive(Default)]
pub(crate) struct Story {
    pub(crate) messages: BTreeMap<u64, Stands>,
    /// Which message was rewritten or deleted by which event; and whether that was the end of it.
    rewritten: Vec<(u64, u64, bool)>,
}

impl Story {
    /// The next event. Says why it may not stand there, if it may not.
    pub(crate) fn add(&mut self, seq: u64, by: UserId, draft: DraftId, wish: &Wish) -> Result<(), String> {
        let Some(target) = wish.target() else {
            let Wish::Say { body } = wish else { return Err("no message".to_owned()) };
            let stands = Stands {
                author: by,
                draft,
                body: body.clone(),
                revision: seq,
                deleted: false,
                reactions: BTreeMap::new(),
            };
            self.messages.insert(seq, stands);
            return Ok(());
        };
        let message = self.messages.get_mut(&target).filter(|message| !message.deleted);
        let message = message.ok_or("it changes what was not there")?;
        message.change(seq, by, wish)?;
        if matches!(wish, Wish::Edit { .. } | Wish::Delete { .. }) {
            self.rewritten.push((target, seq, matches!(wish, Wish::Delete { .. })));
        }
        Ok(())
    }

    /// Whether a refusal was right, at some moment before the event with that `seq`.
    pub(crate) fn refuses(&self, by: UserId, wish: &Wish, code: ErrorCode, before: Option<u64>) -> bool {
        let Some(target) = wish.target() else { return false };
        let Some(message) = self.messages.get(&target) else { return code == ErrorCode::NotFound };
        let early = |seq: u64| before.is_none_or(|before| seq < before);
        let mut rewritten = self.rewritten.iter().filter(|&&(of, seq, _)| of == target && early(seq));
        match (code, wish) {
            (ErrorCode::NotFound, _) => rewritten.any(|&(_, _, deleted)| deleted),
            (ErrorCode::Forbidden, Wish::Edit { .. } | Wish::Delete { .. }) => message.author != by,
            (ErrorCode::Stale, Wish::Edit { revision, .. } | Wish::Delete { revision, .. }) => {
                message.author == by && rewritten.any(|&(_, seq, _)| seq > *revision)
            }
            _ => false,
        }
    }

    /// Whether a message's first text was replaced or removed.
    pub(crate) fn is_rewritten(&self, seq: u64) -> bool {
        self.rewritten.iter().any(|&(message, ..)| message == seq)
    }

    /// Whether messages stand as they should: every one from `from` to `to`, and no other.
    pub(crate) fn holds<'a>(
        &self,
        from: u64,
        to: u64,
        told: impl IntoIterator<Item = &'a Event>,
    ) -> Result<(), String> {
        let mut told = told.into_iter();
        for (seq, stands) in self.messages.range(from..=to.max(from)).filter(|(seq, _)| **seq <= to) {
            let event = told.next().ok_or_else(|| format!("message {seq} is missing"))?;
            let told = Stands::told(event);
            if event.seq != *seq || told.as_ref() != Some(stands) {
                return Err(format!("message {seq} is {stands:?}, and is told as {event:?}"));
            }
        }
        told.next().map_or(Ok(()), |event| Err(format!("there is no such message: {event:?}")))
    }
}

impl Stands {
    fn change(&mut self, seq: u64, by: UserId, wish: &Wish) -> Result<(), String> {
        match wish {
            Wish::Say { .. } => {}
            Wish::Edit { revision, .. } | Wish::Delete { revision, .. }
                if (self.author, self.revision) != (by, *revision) =>
            {
                return Err(format!("it changes somebody else's text or another revision: {self:?}"));
            }
            Wish::Edit { body, .. } => (self.body, self.revision) = (body.clone(), seq),
            Wish::Delete { .. } => {
                (self.body, self.revision, self.deleted) = (String::new(), seq, true);
                self.reactions.clear();
            }
            Wish::React { emoji, on, .. } => {
                let people = self.reactions.entry(emoji.to_string()).or_default();
                match people.iter().position(|person| *person == by) {
                    None if *on => people.push(by),
                    Some(place) if !on => drop(people.remove(place)),
                    _ => {}
                }
                self.reactions.retain(|_, people| !people.is_empty());
            }
        }
        Ok(())
    }

    /// A message as it is told; none for another event, or when it contradicts itself.
    fn told(event: &Event) -> Option<Self> {
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
