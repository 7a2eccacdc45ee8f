//! The watermark beside a SQLite file detects a restored backup. It names events that the database holds, and the process
//! that serves the database writes it. A database that lacks one of them is older than the state that clients have seen.
//!
//! SQLite's commits are ordered, so a copy that holds an event holds everything that was committed before it. The watermark
//! names committed events only. It may lag: a crash loses its last second. It is never ahead of a database that keeps
//! acknowledged commits (with `--sync normal` a power cut may lose commits, and their epoch with them).

mod file;
mod writer;

use std::sync::Arc;

use app::protocol::{Epoch, Event};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::{ReadError, event_ref::EventRef, store};
use crate::database::Database;
pub use writer::WatermarkWriter;

/// The file name of the watermark is that of the database and this suffix.
const SUFFIX: &str = ".mark";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Watermark {
    epoch: Epoch,
    /// Committed events; empty while the store is.
    events: Vec<EventRef>,
}

/// The event that was committed last by this process; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct LastCommitted(Arc<Mutex<CommitState>>);

#[derive(Clone, Default, PartialEq, Eq)]
struct CommitState {
    event: Option<EventRef>,
    /// A later commit failed, and may have reached the disk all the same.
    is_uncertain: bool,
}

impl LastCommitted {
    /// Takes note of events that were committed in one transaction.
    pub(super) fn record(&self, events: &[Event]) {
        let Some((event, identity)) = events.last().and_then(|event| Some((event, event.identity()?))) else {
            return;
        };
        let event_ref = EventRef::new(event.topic.clone(), event.seq, identity);
        *self.0.lock() = CommitState { event: Some(event_ref), is_uncertain: false };
    }

    /// Takes note of a commit that failed in a way that may have stored events.
    pub(super) fn mark_uncertain(&self) {
        self.0.lock().is_uncertain = true;
    }
}

/// Returns whether a database contradicts its watermark: it is older, or of another epoch. A database without a watermark
/// counts as current: it is a copy on another machine, or an older version served it.
pub async fn was_restored(database: &Database) -> Result<bool, ReadError> {
    let Some(path) = database.sidecar(SUFFIX).await? else { return Ok(false) };
    let Some(watermark) = file::read(&path) else { return Ok(false) };
    if watermark.epoch != store::epoch(database).await? {
        return Ok(true);
    }
    for event in &watermark.events {
        if !store::contains_event(database, event).await? {
            warn!(topic = %event.topic, seq = event.seq, "log.watermarked_event_missing");
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the watermark of a database as it is now. To be called after opening a database to serve it, after beginning an
/// epoch and after removing events.
pub async fn write_watermark(database: &Database) -> Result<(), ReadError> {
    let Some(path) = database.sidecar(SUFFIX).await? else { return Ok(()) };
    let epoch = store::epoch(database).await?;
    let mut events = Vec::new();
    // The newest event by the clock may be older than the one in the watermark.
    let previous = file::read(&path).filter(|watermark| watermark.epoch == epoch);
    let newest = store::newest_event(database).await?;
    for event in previous.into_iter().flat_map(|watermark| watermark.events).chain(newest) {
        if store::contains_event(database, &event).await? {
            add(&mut events, event);
        }
    }
    if let Err(error) = file::write(path, Watermark { epoch, events }).await {
        warn!(%error, "log.watermark_failed");
    }
    Ok(())
}

/// Adds an event that the database holds. It may be there already, named by an older version without its time.
fn add(events: &mut Vec<EventRef>, event: EventRef) {
    let is_same = |known: &&mut EventRef| {
        (&known.topic, known.seq, known.draft) == (&event.topic, event.seq, event.draft)
    };
    match events.iter_mut().find(is_same) {
        Some(known) => known.at = known.at.or(event.at),
        None => events.push(event),
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::DraftId;

    use super::*;
    use crate::lobby_message::lobby_message;

    fn event(seq: u64) -> Event {
        lobby_message(seq, DraftId::fresh(), "hi")
    }

    #[test]
    fn an_event_that_an_older_version_has_named_without_its_time_is_named_once() {
        let event = event(1);
        let named = EventRef::new(event.topic.clone(), 1, event.identity().unwrap());
        let mut events = vec![EventRef { at: None, ..named.clone() }];
        add(&mut events, named.clone());
        assert_eq!(events, [named]);
    }

    #[test]
    fn the_last_event_of_a_commit_counts_and_settles_what_was_uncertain() {
        let last_committed = LastCommitted::default();
        let state = || {
            let state = last_committed.0.lock();
            (state.event.as_ref().map(|event| event.seq), state.is_uncertain)
        };
        last_committed.record(&[event(1), event(2)]);
        assert_eq!(state(), (Some(2), false));
        last_committed.mark_uncertain();
        last_committed.record(&[]);
        assert_eq!(state(), (Some(2), true));
        last_committed.record(&[event(3)]);
        assert_eq!(state(), (Some(3), false));
    }
}
