//! Finds topics in a list by words, as the server's search does: all of them must be somewhere in a topic's texts.

use crate::protocol::{fold, topic_words};

/// The words to find. Neither case nor diacritics matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicFilter {
    words: Vec<String>,
}

impl TopicFilter {
    /// Takes the words of a text, as the server does.
    pub fn new(text: &str) -> Self {
        Self { words: topic_words(&fold(text)).map(str::to_owned).collect() }
    }

    /// Whether there is nothing to find, so that every topic matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether all words are in this text.
    pub fn matches(&self, text: &str) -> bool {
        let text = if self.is_empty() { String::new() } else { fold(text) };
        self.words.iter().all(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_found_by_all_words_whatever_their_case_and_accents() {
        for (text, is_found) in [
            ("", true),
            ("  # ", true),
            ("CREME", true),
            ("brûlée", true),
            ("#dess", true),
            ("DESSERT/", true),
            ("/t/dessert", true),
            ("https://chat.example/t/dessert/5", true),
            ("sweet creme", true),
            ("creme soup", false),
            ("soup", false),
        ] {
            let filter = TopicFilter::new(text);
            assert_eq!(filter.matches("Crème brûlée dessert Sweet things."), is_found, "{text:?}");
        }
    }
}
