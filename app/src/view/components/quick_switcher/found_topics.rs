//! The topics that the server finds while a person types.

use std::time::Duration;

use leptos::prelude::*;

use crate::{chat::Chat, model::quick_switcher::FoundTopic};

/// The server is asked when no key was pressed for this time.
const DEBOUNCE: Duration = Duration::from_millis(150);

#[derive(Clone, Copy)]
pub(super) struct FoundTopics {
    chat: Chat,
    /// The topics, and the text for which they were found.
    found: RwSignal<(String, Vec<FoundTopic>)>,
    /// The text in the field.
    wanted: StoredValue<String>,
}

impl FoundTopics {
    pub(super) fn new(chat: Chat) -> Self {
        Self { chat, found: RwSignal::default(), wanted: StoredValue::default() }
    }

    /// Asks the server for a text, unless another one follows soon.
    pub(super) fn request(self, text: String) {
        self.wanted.set_value(text.clone());
        let words = text.trim().trim_start_matches('#').to_owned();
        if !words.is_empty() && !words.starts_with('@') {
            set_timeout(move || self.send(text, words), DEBOUNCE);
        }
    }

    fn send(self, text: String, words: String) {
        if self.is_wanted(&text) {
            self.chat.find_topics(words, move |topics| {
                // A late answer to an earlier text would replace that to a later one.
                if self.is_wanted(&text) {
                    self.found.try_set((text, topics));
                }
            });
        }
    }

    /// Whether the dialog is open and its field still has this text.
    fn is_wanted(self, text: &str) -> bool {
        self.wanted.try_with_value(|wanted| wanted == text).unwrap_or_default()
    }

    /// The topics that were found last, and whether they were found for this text.
    pub(super) fn get(self, text: &str) -> (Vec<FoundTopic>, bool) {
        self.found.with(|(of, topics)| (topics.clone(), of == text))
    }
}
