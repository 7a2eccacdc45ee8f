//! The title of a topic's page, and the URLs of its older and newer pages.

use super::{TopicPage, excerpt};
use crate::{i18n::Language, protocol::EventKind};

/// The number of characters of a message in the title.
const TITLE_CHARS: usize = 60;

impl TopicPage {
    /// Returns the topic's title, or its name when it has none.
    pub fn name_or_title(&self) -> &str {
        let title = self.snapshot.about.title();
        if title.is_empty() { self.snapshot.topic.as_str() } else { title }
    }

    /// Returns the title of the page: the topic, and the beginning of the message that the URL links to.
    pub fn title(&self, language: Language) -> String {
        let topic = self.name_or_title();
        self.target.map_or_else(
            || topic.to_owned(),
            |seq| format!("{} · {topic}", self.message_title(seq, language)),
        )
    }

    fn message_title(&self, seq: u64, language: Language) -> String {
        let message = self.snapshot.part.events.iter().find(|event| event.seq == seq && !event.is_deleted());
        match message.map(|event| (&event.author.name, &event.kind)) {
            Some((name, message @ EventKind::Message { .. })) => {
                format!("{name}: {}", excerpt(&message.plain_text(), TITLE_CHARS))
            }
            _ => language.pager().message.replacen("{}", &seq.to_string(), 1),
        }
    }

    /// Returns the message to scroll to: the one that the URL links to, or the newest of an older page. Returns `None` for the end of
    /// the log.
    pub fn opened_at(&self) -> Option<u64> {
        let is_older = self.snapshot.part.to < self.snapshot.part.head;
        let newest = self.snapshot.part.events.last().map(|event| event.seq);
        self.target.or(newest.filter(|_| is_older))
    }

    /// Returns the URL of the messages before these, if there may be any.
    pub fn older(&self) -> Option<String> {
        (self.snapshot.part.from > 1)
            .then(|| format!("/t/{}?before={}", self.snapshot.topic, self.snapshot.part.from))
    }

    /// Returns the URL of the messages after these, if there may be any.
    pub fn newer(&self) -> Option<String> {
        (self.snapshot.part.to < self.snapshot.part.head)
            .then(|| format!("/t/{}?after={}", self.snapshot.topic, self.snapshot.part.to))
    }
}
