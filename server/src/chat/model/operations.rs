//! The operations that clients try: mostly valid ones, some that must be refused.

use app::protocol::{About, Action, DraftId, Emoji, UserId};
use testing::Random;
use uuid::Uuid;

use super::model_log::ModelLog;

const EMOJI: [&str; 3] = ["👍", "🎉", "❤️"];

/// One try of a draft.
#[derive(Debug, Clone)]
pub(super) struct ClientOperation {
    /// The index of the topic.
    pub(super) topic: usize,
    pub(super) user: UserId,
    pub(super) draft: DraftId,
    pub(super) action: Action,
    /// Whether the user had not tried the draft before.
    pub(super) is_first_try: bool,
}

/// All tries so far, to be repeated.
#[derive(Default)]
pub(super) struct Operations {
    tried: Vec<ClientOperation>,
    /// Drafts that are not tried again before the end of the step, since it is unknown whether they are stored.
    held: Vec<DraftId>,
}

impl Operations {
    /// Returns the next operation of a user: a fresh draft, an earlier one, or an earlier one with other content.
    pub(super) fn next(
        &mut self,
        random: &mut Random,
        topic: usize,
        model: &ModelLog,
        user: UserId,
    ) -> ClientOperation {
        let fresh = action(random, model);
        let (draft, action) = match random.below(20) {
            0..2 => self.again(random, topic).unwrap_or((draft(random), fresh)),
            2 => (self.again(random, topic).map_or_else(|| draft(random), |(draft, _)| draft), fresh),
            _ => (draft(random), fresh),
        };
        let is_first_try = !self.tried.iter().any(|tried| (tried.user, tried.draft) == (user, draft));
        let operation = ClientOperation { topic, user, draft, action, is_first_try };
        self.tried.push(operation.clone());
        operation
    }

    pub(super) fn hold(&mut self, draft: DraftId) {
        self.held.push(draft);
    }

    pub(super) fn release(&mut self) {
        self.held.clear();
    }

    /// Returns an earlier try of any user in this topic. Drafts belong to their author, so it may be new for another one.
    fn again(&self, random: &mut Random, topic: usize) -> Option<(DraftId, Action)> {
        let back = random.below(self.tried.len().min(12));
        let may_repeat = |tried: &&ClientOperation| tried.topic == topic && !self.held.contains(&tried.draft);
        self.tried.iter().rev().filter(may_repeat).nth(back).map(|tried| (tried.draft, tried.action.clone()))
    }
}

fn draft(random: &mut Random) -> DraftId {
    DraftId(Uuid::from_u128(u128::from(random.next())))
}

fn action(random: &mut Random, model: &ModelLog) -> Action {
    let body = format!("{:x}", random.next() % 0xffff);
    let messages = model.messages(1, model.head());
    let message = match messages.len() {
        0 => random.below(3) as u64,
        // Any `seq`, as a guess would be: of an event that is no message, or of none.
        _ if random.one_in(12) => random.below(model.head() as usize + 3) as u64,
        all => messages[all - 1 - random.below(all.min(6))],
    };
    let seen = if random.one_in(5) {
        random.below(model.head() as usize + 2) as u64
    } else {
        model.revision(message)
    };
    match random.below(20) {
        0 => {
            let change = About::parse(&body, "").unwrap().into();
            Action::Describe { change, new: random.one_in(3) }
        }
        1..8 => Action::Publish { body, reply_to: random.one_in(4).then_some(message) },
        8..12 => Action::Edit { message, revision: seen, body },
        12..14 => Action::Delete { message, revision: seen },
        _ => {
            let emoji = Emoji::try_from(EMOJI[random.below(EMOJI.len())].to_owned()).unwrap();
            Action::React { message, emoji, on: !random.one_in(3) }
        }
    }
}
