//! The operations that clients try: mostly valid ones, some that must be refused.

use app::protocol::{About, Action, DraftId, Emoji, UserId};
use testing::Random;
use uuid::Uuid;

use super::model_log::ModelLog;

const EMOJI: [&str; 3] = ["👍", "🎉", "❤️"];

/// All tries so far, to be repeated.
#[derive(Default)]
pub(super) struct Operations {
    tried: Vec<(UserId, DraftId, Action)>,
}

impl Operations {
    /// Returns a draft and its action, and whether this is the first try of the draft by this user.
    pub(super) fn next(
        &mut self,
        random: &mut Random,
        model: &ModelLog,
        user: UserId,
    ) -> (DraftId, Action, bool) {
        let fresh = action(random, model);
        let (draft, action) = match random.below(20) {
            0..2 => self.again(random).unwrap_or((draft(random), fresh)),
            2 => (self.again(random).map_or_else(|| draft(random), |(draft, _)| draft), fresh),
            _ => (draft(random), fresh),
        };
        let first = !self.tried.iter().any(|(by, tried, _)| (*by, *tried) == (user, draft));
        self.tried.push((user, draft, action.clone()));
        (draft, action, first)
    }

    /// Clears the tries, so that none of them is repeated.
    pub(super) fn forget(&mut self) {
        self.tried.clear();
    }

    /// Returns an earlier try of any user. Drafts belong to their author, so it may be new for another one.
    fn again(&self, random: &mut Random) -> Option<(DraftId, Action)> {
        let back = random.below(self.tried.len().min(12));
        self.tried.iter().rev().nth(back).map(|(_, draft, action)| (*draft, action.clone()))
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
