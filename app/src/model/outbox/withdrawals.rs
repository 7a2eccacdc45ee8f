//! The reactions that are being withdrawn before they were sent.
//!
//! The browser's storage takes a moment for it, in which the page still shows the reaction. A second press then is meant to
//! undo the first one.

use crate::protocol::{Emoji, TopicName};

/// A reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionKey {
    /// The message's topic.
    pub topic: TopicName,
    /// The message's `seq`.
    pub message: u64,
    /// The emoji.
    pub emoji: Emoji,
}

/// The withdrawals under way, and whether each is still wanted.
#[derive(Debug, Default)]
pub struct Withdrawals(Vec<(ReactionKey, bool)>);

impl Withdrawals {
    /// Notes another press. Returns `false` if no withdrawal of this reaction is under way.
    pub fn press(&mut self, key: &ReactionKey) -> bool {
        let under_way = self.0.iter_mut().find(|(other, _)| other == key);
        under_way.map(|(_, wanted)| *wanted = !*wanted).is_some()
    }

    /// Notes that a withdrawal of this reaction is under way.
    pub fn begin(&mut self, key: ReactionKey) {
        self.0.push((key, true));
    }

    /// Ends a withdrawal. Returns whether it is still wanted.
    pub fn end(&mut self, key: &ReactionKey) -> bool {
        let index = self.0.iter().position(|(other, _)| other == key);
        index.is_none_or(|index| self.0.swap_remove(index).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(message: u64) -> ReactionKey {
        let emoji = "👍".to_owned().try_into().unwrap();
        ReactionKey { topic: "lobby".parse().unwrap(), message, emoji }
    }

    #[test]
    fn each_press_during_a_withdrawal_turns_it_around() {
        let mut withdrawals = Withdrawals::default();
        assert!(!withdrawals.press(&key(1)));
        for presses in 0..4 {
            withdrawals.begin(key(1));
            assert!(!withdrawals.press(&key(2)), "another message");
            for _ in 0..presses {
                assert!(withdrawals.press(&key(1)));
            }
            assert_eq!(withdrawals.end(&key(1)), presses % 2 == 0, "{presses}");
            assert!(!withdrawals.press(&key(1)), "it has ended");
        }
    }
}
