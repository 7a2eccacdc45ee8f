//! A database that was restored from a backup lacks what clients have seen: its history goes on under a new epoch.

use app::protocol::{Epoch, TopicName};
use tracing::warn;

use crate::{
    database::Database,
    event_log::{self, ReadError, WriteError},
    members::{self, MemberError},
};

/// Why a restored database cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Read marks could not be brought back to where the log ends.
    #[error(transparent)]
    Members(#[from] MemberError),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The epoch could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Begins a new epoch, while nobody serves the database: positions in the older one are reset.
pub async fn begin_epoch(database: &Database) -> Result<Epoch, RestoreError> {
    members::clamp_read_marks(database).await?;
    let epoch = event_log::begin_epoch(database).await?;
    event_log::write_watermark(database).await?;
    Ok(epoch)
}

/// Removes a topic with everything that is kept of it, while nobody serves the database; `false` where there is none.
pub async fn remove_topic(database: &Database, topic: &TopicName) -> Result<bool, RestoreError> {
    let removed = event_log::remove_topic(database, topic).await?;
    // The mark may name an event of the topic; a file that lacks it would count as restored.
    event_log::write_watermark(database).await?;
    Ok(removed)
}

/// Before a SQLite file is served: begins a new epoch when it is older than the mark beside it says. A crash in between
/// repeats that before anybody is served.
pub async fn notice(database: &Database) -> Result<(), RestoreError> {
    if event_log::was_restored(database).await? {
        let epoch = begin_epoch(database).await?;
        warn!(%epoch, database = database.name(), "log.restored_and_begins_a_new_epoch");
    } else {
        event_log::write_watermark(database).await?;
    }
    Ok(())
}
