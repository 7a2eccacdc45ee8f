//! The mark beside a SQLite file: events that the store holds, written by the process that serves it. A file that lacks one of
//! them is older than what clients have seen: a backup was restored.
//!
//! SQLite's commits follow one another, so a copy that holds an event holds all that was committed before it. A mark names
//! events that are committed and nothing else. It may lag: a crash takes its last second. It is never ahead of a database that
//! keeps its word (with `--sync normal` a power cut may take commits, and their epoch with them).

mod file;
mod keeper;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::protocol::{DraftId, Epoch, Event, TopicName};
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::{ReadError, store};
use crate::database::Database;
pub use keeper::MarkKeeper;

/// What a mark is called: the file's name and this.
const SUFFIX: &str = ".mark";

/// An event and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    pub(super) topic: TopicName,
    pub(super) seq: u64,
    pub(super) draft: DraftId,
}

/// What stands in the file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    epoch: Epoch,
    /// All of them are committed; none while the store is empty.
    events: Vec<Named>,
}

/// The event that was committed last by this process; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Newest(Arc<Mutex<Known>>);

#[derive(Clone, Default, PartialEq, Eq)]
struct Known {
    event: Option<Named>,
    /// A later commit failed, and may have reached the disk all the same.
    doubtful: bool,
}

impl Newest {
    /// These events were committed, in one transaction.
    pub(super) fn committed(&self, events: &[Event]) {
        let Some((event, draft)) = events.last().and_then(|event| Some((event, event.kind.draft()?))) else {
            return;
        };
        let named = Named { topic: event.topic.clone(), seq: event.seq, draft };
        *self.lock() = Known { event: Some(named), doubtful: false };
    }

    /// A commit failed in a way that may have stored events.
    pub(super) fn doubted(&self) {
        self.lock().doubtful = true;
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a database is another than its mark says: older, or of another epoch. A database without a mark is what it is: a
/// copy on another machine, or one that an older version has served.
pub async fn was_restored(database: &Database) -> Result<bool, ReadError> {
    let Some(path) = database.sidecar(SUFFIX).await? else { return Ok(false) };
    let Some(mark) = file::read(&path) else { return Ok(false) };
    if mark.epoch != store::epoch(database).await? {
        return Ok(true);
    }
    for event in &mark.events {
        if !store::stands(database, event).await? {
            warn!(topic = %event.topic, seq = event.seq, "log.lacks_what_its_mark_names");
            return Ok(true);
        }
    }
    Ok(false)
}

/// Marks a database as it is now. For whoever opens it to serve it, has begun an epoch, or has removed events.
pub async fn mark(database: &Database) -> Result<(), ReadError> {
    let Some(path) = database.sidecar(SUFFIX).await? else { return Ok(()) };
    let epoch = store::epoch(database).await?;
    let mut events = Vec::new();
    // The newest by the clock may be older than the one that was marked.
    let before = file::read(&path).filter(|mark| mark.epoch == epoch);
    let newest = store::newest(database).await?;
    for event in before.into_iter().flat_map(|mark| mark.events).chain(newest) {
        if !events.contains(&event) && store::stands(database, &event).await? {
            events.push(event);
        }
    }
    if let Err(error) = file::write(path, Mark { epoch, events }).await {
        warn!(%error, "log.mark_failed");
    }
    Ok(())
}
