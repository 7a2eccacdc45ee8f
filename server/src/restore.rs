//! Databases that were restored from a backup. They lack events that clients have seen, so their history continues under a new
//! epoch.

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
    /// The read marks could not be lowered.
    #[error(transparent)]
    Members(#[from] MemberError),
    /// The event log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The epoch could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl RestoreError {
    /// Whether PostgreSQL was out of reach for a moment.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Members(error) => error.is_transient(),
            Self::Read(error) => error.is_transient(),
            Self::Write(error) => error.is_transient(),
        }
    }
}

/// Begins a new epoch, so that clients with positions in the old one are reset. No server may use the database meanwhile.
pub async fn begin_epoch(database: &Database) -> Result<Epoch, RestoreError> {
    members::clamp_read_marks(database).await?;
    let epoch = event_log::begin_epoch(database).await?;
    event_log::write_watermark(database).await?;
    Ok(epoch)
}

/// Removes a topic with all its data. Returns `false` if there is no such topic. No server may use the database meanwhile.
pub async fn remove_topic(database: &Database, topic: &TopicName) -> Result<bool, RestoreError> {
    let removed = event_log::remove_topic(database, topic).await?;
    // The watermark may name an event of the removed topic. Without it, the file would count as restored from a backup.
    event_log::write_watermark(database).await?;
    Ok(removed)
}

/// Begins a new epoch if a SQLite file is older than the watermark beside it, before the server starts serving. After a crash in
/// between, the next start repeats it.
pub async fn detect_restore(database: &Database) -> Result<(), RestoreError> {
    if event_log::was_restored(database).await? {
        let epoch = begin_epoch(database).await?;
        warn!(%epoch, database = database.name(), "log.restored_and_begins_a_new_epoch");
    } else {
        event_log::write_watermark(database).await?;
    }
    Ok(())
}
