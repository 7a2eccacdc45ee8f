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
        let Some((event, draft)) = events.last().and_then(|event| Some((event, event.kind.draft()?))) else {
            return;
        };
        let event_ref = EventRef { topic: event.topic.clone(), seq: event.seq, draft };
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
        if !events.contains(&event) && store::contains_event(database, &event).await? {
            events.push(event);
        }
    }
    if let Err(error) = file::write(path, Watermark { epoch, events }).await {
        warn!(%error, "log.watermark_failed");
    }
    Ok(())
}
