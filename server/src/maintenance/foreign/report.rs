//! Counts of an import: the events that it has stored, and everything that did not fit.

use std::{collections::BTreeMap, fmt};

pub(super) const PRIVATE_CHANNELS: &str = "private channels left out";
pub(super) const DIRECT_CONVERSATIONS: &str = "direct conversations left out";
pub(super) const PRIVATE_MESSAGES: &str = "messages of private channels left out";
pub(super) const DIRECT_MESSAGES: &str = "direct messages left out";
pub(super) const EMPTY_CHANNELS: &str = "channels without messages left out";
pub(super) const EMPTY_MESSAGES: &str = "messages without a text left out";
pub(super) const SPLIT_MESSAGES: &str = "messages were too long and became several";
pub(super) const UNKNOWN_KINDS: &str = "messages of an unknown kind, kept as messages";
pub(super) const RENAMED_TOPICS: &str = "topics have another name than their channel; it is their title";
pub(super) const CLEANED_NAMES: &str = "names of people were shortened or cleaned";
pub(super) const CLEANED_TITLES: &str = "titles or descriptions were shortened or cleaned";
pub(super) const UNKNOWN_EMOJI: &str = "reactions left out: Chorus has no such emoji";
pub(super) const UNNAMED_REACTIONS: &str = "reactions left out: the export does not say whose they are";
pub(super) const FILES: &str = "files stay where they are; messages have links to them";
pub(super) const FUTURE_TIMES: &str = "times in the future became that of the import";
pub(super) const LOST_REPLIES: &str = "replies to messages that are not there, kept as messages";
pub(super) const MOVED_MESSAGES: &str =
    "messages that moved to another topic after an earlier import stay where they are";
pub(super) const CHANGED_LATER: &str = "changes of messages that an earlier import had stored left out";

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) stored: u64,
    pub(super) known: u64,
    notes: BTreeMap<String, u64>,
}

impl Report {
    /// Counts one thing that did not fit.
    pub(super) fn note(&mut self, what: &str) {
        self.note_many(what, 1);
    }

    pub(super) fn note_many(&mut self, what: &str, count: usize) {
        if count > 0 {
            *self.notes.entry(what.to_owned()).or_default() += count as u64;
        }
    }

    #[cfg(test)]
    pub(super) fn count(&self, what: &str) -> u64 {
        self.notes.get(what).copied().unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Imported {} events; {} were there already", self.stored, self.known)?;
        self.notes.iter().try_for_each(|(what, count)| write!(f, "\n{count} {what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_line_for_each_kind_of_loss() {
        let mut report = Report { stored: 3, known: 1, ..Report::default() };
        report.note(FILES);
        report.note_many(FILES, 2);
        report.note_many(SPLIT_MESSAGES, 0);
        assert_eq!(
            report.to_string(),
            "Imported 3 events; 1 were there already\n3 files stay where they are; messages have links to them"
        );
    }
}
