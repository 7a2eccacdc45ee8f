//! Finds the words of a text in a label.

use crate::protocol::fold;

/// How well a label matches, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It begins with the whole text.
    Start,
    /// Each word of the text begins one of its words.
    Words,
    /// Each word of the text is somewhere in it.
    Inside,
    /// The text was found elsewhere.
    Elsewhere,
}

/// The words to find. Neither case nor diacritics matter.
pub(super) struct Query {
    text: String,
}

impl Query {
    pub(super) fn new(text: &str) -> Self {
        Self { text: fold(text.trim()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Ranks something by the best of its labels.
    pub(super) fn rank<const N: usize>(&self, labels: [&str; N]) -> Option<Rank> {
        labels.into_iter().filter_map(|label| self.rank_label(&fold(label))).min()
    }

    fn rank_label(&self, label: &str) -> Option<Rank> {
        if label.starts_with(&self.text) {
            return Some(Rank::Start);
        }
        let ranks = self.text.split_whitespace().map(|word| rank_word(word, label));
        ranks.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

fn rank_word(word: &str, label: &str) -> Option<Rank> {
    let begins_word = |at: usize| !label[..at].ends_with(char::is_alphanumeric);
    let places =
        label.match_indices(word).map(|(at, _)| if begins_word(at) { Rank::Words } else { Rank::Inside });
    places.min()
}
