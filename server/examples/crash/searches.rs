//! Searches whose result an author knows: for the text of a message, and for a text that is gone.

use app::protocol::{Action, SearchHit, TopicName};

use crate::{
    Violation,
    operation_log::{Entry, OperationLog, Outcome},
    random::Random,
};

/// The first characters of each text, which no other text has.
pub(crate) const WORD_CHARS: usize = 16;

/// A search, and what it must find.
#[derive(Debug)]
pub(crate) struct SearchCheck {
    pub(crate) word: String,
    topic: TopicName,
    message: u64,
    /// `false`: the text was replaced, deleted or restored away, so nothing may be found.
    expects_hit: bool,
    /// The author's changes of the message so far.
    changes: usize,
}

impl SearchCheck {
    /// Chooses one of the author's texts. Returns `None` if it cannot be known whether the chosen one is there.
    pub(crate) fn choose(random: &mut Random, topic: &TopicName, operations: &OperationLog) -> Option<Self> {
        Self::of(topic, operations, random.below(operations.entries.len() as u64) as usize)
    }

    /// Returns the search for the text of one draft, if it is acknowledged and no change of its message waits for an answer.
    pub(crate) fn of(topic: &TopicName, operations: &OperationLog, index: usize) -> Option<Self> {
        let entry = operations.entries.get(index)?;
        let word = entry.operation.body()?.get(..WORD_CHARS)?.to_owned();
        let seq = match entry.outcome {
            Outcome::Stored(seq) => seq,
            Outcome::Lost => {
                return Some(Self { word, topic: topic.clone(), message: 0, expects_hit: false, changes: 0 });
            }
            Outcome::Open | Outcome::Refused(..) | Outcome::Settled => return None,
        };
        let message = entry.operation.target().unwrap_or(seq);
        let changes: Vec<&Entry> = changes(operations, message).collect();
        if changes.iter().any(|change| change.outcome == Outcome::Open) {
            return None;
        }
        let is_later = |change: &&Entry| matches!(change.outcome, Outcome::Stored(later) if later > seq);
        let expects_hit = !changes.iter().any(is_later);
        Some(Self { word, topic: topic.clone(), message, expects_hit, changes: changes.len() })
    }

    /// Checks what was found. Returns whether the result was conclusive.
    pub(crate) fn check(
        &self,
        operations: &OperationLog,
        hits: &[SearchHit],
        is_complete: bool,
    ) -> Result<bool, Violation> {
        let is_hit = |hit: &SearchHit| hit.event.seq == self.message && hit.event.topic == self.topic;
        if !hits.iter().all(|hit| self.expects_hit && is_hit(hit)) {
            return Err(format!("a text is found that is not there, by {self:?}: {hits:?}"));
        }
        let is_conclusive = is_complete && changes(operations, self.message).count() == self.changes;
        if self.expects_hit && hits.is_empty() && is_conclusive {
            return Err(format!("a search that says it is complete misses an acknowledged text: {self:?}"));
        }
        Ok(is_conclusive)
    }
}

/// The author's edits and deletions of a message.
fn changes(operations: &OperationLog, message: u64) -> impl Iterator<Item = &Entry> {
    let changes = move |entry: &&Entry| match entry.operation {
        Action::Edit { message: of, .. } | Action::Delete { message: of, .. } => of == message,
        _ => false,
    };
    operations.entries.iter().filter(changes)
}
